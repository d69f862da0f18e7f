import { redactKeys } from "../../text/mask.ts";
import type { RunResult } from "../model.ts";
import { escapeMarkup, showControls } from "../../text/markup.ts";
import { cut } from "./html_text.ts";
import { writeReport } from "./result_files.ts";
import { readResults } from "./result_line.ts";
import { readSummary, type Summary } from "./summary.ts";
import { readStatistics, type Statistics } from "./statistics.ts";

/** The maximum length of one text: some servers load the whole file at once. */
const TEXT_LIMIT = 64 * 1024;

/**
 * Writes the runs of an experiment as JUnit's XML, as Jenkins, GitLab and GitHub's actions read it.
 *
 * @param path The file to write; its folder is created if it is missing.
 * @param folder The experiment's folder.
 * @throws {ConfigurationError} When the experiment's results can't be read.
 * @throws {SystemError} When the file can't be written; an older one is kept.
 */
export async function writeJUnit(path: string, folder: string): Promise<void> {
  const summary = await readSummary(folder);
  await writeReport(path, document(folder, summary, await readStatistics(folder)));
}

async function* document(folder: string, summary: Summary, statistics: Statistics): AsyncGenerator<string, void> {
  const { name, id, startedAt } = summary;
  const total = statistics.durationList.reduce((sum, it) => sum + it, 0);
  const counts = `tests="${statistics.runs}" failures="${statistics.failed}" errors="0" time="${seconds(total)}"`;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(name)}" ${counts}>\n` +
    `<testsuite name="${attribute(name)}" ${counts} skipped="0" timestamp="${
      startedAt.toISOString().slice(0, 19)
    }">\n` +
    `<properties><property name="experiment" value="${attribute(id)}"/></properties>\n`;
  for await (const result of readResults(folder)) yield testCase(result, name);
  yield "</testsuite>\n</testsuites>\n";
}

function testCase({ request: { input, iteration }, duration, outcome }: RunResult, suite: string): string {
  const name = iteration === 0 ? input.id : `${input.id} #${iteration + 1}`;
  const head = `<testcase name="${attribute(name)}" classname="${attribute(suite)}" time="${seconds(duration)}">`;
  if (outcome.status === "passed") return `${head}<system-out>${content(outcome.output)}</system-out></testcase>\n`;
  const { kind, message, stderr } = outcome.failure;
  const failure = `<failure type="${attribute(kind)}" message="${attribute(cut(message, 1000).head)}">` +
    `${content(`Input: ${input.text}\n\n${message}`)}</failure>`;
  const errors = stderr.length === 0 ? "" : `<system-err>${content(stderr.join("\n"))}</system-err>`;
  return `${head}${failure}${errors}</testcase>\n`;
}

/** `duration` is in milliseconds. */
function seconds(duration: number): string {
  return (duration / 1000).toFixed(3);
}

/** Escapes a text. A CI job may print it, so no line may be a workflow command: `::` at its start or `##[` anywhere. */
function content(text: string): string {
  const { head, rest } = cut(text, TEXT_LIMIT);
  const more = rest === 0 ? "" : `\n… and ${rest} more characters in results.jsonl`;
  return escapeMarkup(showControls(redactKeys(head + more)))
    .replaceAll("\r", "&#13;")
    .replace(/^(\s*):(?=:)/gm, "$1&#58;")
    .replaceAll("##[", "#&#35;[");
}

/** Escapes an attribute: a parser would turn line ends and tabs into spaces (XML 1.0, section 3.3.3). */
function attribute(text: string): string {
  return content(text).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}
