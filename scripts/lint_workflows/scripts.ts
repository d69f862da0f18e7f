/**
 * The scripts in workflow files, checked with shellcheck.
 *
 * @module
 */
import { type Document, isMap, isScalar, type LineCounter, visit } from "yaml";
import type { Finding } from "./rules.ts";

/** The shells that shellcheck knows. */
const SHELLS = ["bash", "sh"];

/** @returns What shellcheck finds in each `run` of the file whose shell it knows; a step that names none has bash. */
export async function scriptFindings(document: Document, lines: LineCounter): Promise<Finding[]> {
  const scripts: { script: string; shell: string; line: number }[] = [];
  visit(document, {
    Map(_, step) {
      const run = step.get("run", true);
      if (!isMap(step) || !isScalar(run) || typeof run.value !== "string") return;
      const shell = `${step.get("shell") ?? "bash"}`;
      if (!SHELLS.includes(shell)) return;
      const { line } = lines.linePos(run.range![0]);
      // The text of a block begins on the line below.
      const first = run.type === "BLOCK_LITERAL" ? line + 1 : line;
      scripts.push({ script: run.value.replaceAll(/\$\{\{.*?\}\}/g, "value"), shell, line: first });
    },
  });
  return (await Promise.all(
    scripts.map(async ({ script, shell, line }) =>
      (await shellcheck(script, shell)).map((it) => ({
        line: line + it.line - 1,
        message: `SC${it.code}: ${it.message}`,
      }))
    ),
  )).flat();
}

async function shellcheck(script: string, shell: string): Promise<{ line: number; code: number; message: string }[]> {
  const child = new Deno.Command("shellcheck", {
    args: [`--shell=${shell}`, "--format=json", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout));
}
