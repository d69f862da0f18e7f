/**
 * What CI servers read: JUnit's XML, as Jenkins, GitLab and GitHub's actions take it.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { Context } from "../../context.ts";
import { redactKeys } from "../../text/mask.ts";
import type { RunResult } from "../model.ts";
import { unwritable } from "./folder_failure.ts";
import { cut } from "./html_text.ts";
import { readResults } from "./result_line.ts";
import { tryToWrite, writeStreamed } from "./streamed_file.ts";
import { readSummary, type Summary } from "./summary.ts";
import { type Survey, surveyResults } from "./survey.ts";

/** The most characters of one text; servers show no more, and some load the whole file at once. */
const TEXT_LIMIT = 64 * 1024;

/**
 * Writes the runs of an experiment as test cases; it reads them one by one.
 *
 * @param context Its current folder is where a relative path begins.
 * @param path The file to write; its folder is made where it is missing.
 * @param folder The experiment's folder.
 * @throws {ConfigurationError} When the experiment's results cannot be read.
 * @throws {SystemError} When the file cannot be written; one that was there before is left.
 */
export async function writeJUnit(context: Context, path: string, folder: string): Promise<void> {
  const target = resolve(context.cwd(), path);
  const summary = await readSummary(folder);
  const survey = await surveyResults(folder);
  try {
    await Deno.mkdir(resolve(target, ".."), { recursive: true });
    await writeStreamed(target, document(folder, summary, survey));
  } catch (error) {
    throw unwritable(target, error);
  }
}

/**
 * Finds out, before there is anything to write, whether it can be written.
 *
 * @param context Its current folder is where a relative path begins.
 * @param path The file; its folder is made where it is missing.
 * @throws {SystemError} When it cannot be written; one that was there before is left.
 */
export async function prepareJUnit(context: Context, path: string): Promise<void> {
  const target = resolve(context.cwd(), path);
  try {
    await Deno.mkdir(resolve(target, ".."), { recursive: true });
    await tryToWrite(target);
  } catch (error) {
    throw unwritable(target, error);
  }
}

async function* document(folder: string, summary: Summary, survey: Survey): AsyncGenerator<string, void> {
  const { name, id, startedAt } = summary;
  const total = survey.durationList.reduce((sum, it) => sum + it, 0);
  const counts = `tests="${survey.runs}" failures="${survey.failed}" errors="0" time="${seconds(total)}"`;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(name)}" ${counts}>\n` +
    `<testsuite name="${attribute(name)}" ${counts} skipped="0" timestamp="${
      startedAt.toISOString().slice(0, 19)
    }">\n` +
    `<properties><property name="experiment" value="${attribute(id)}"/></properties>\n`;
  for await (const { result } of readResults(folder)) yield testCase(result, name);
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

const MARKUP: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};
/** A reader turns these into blanks in an attribute (XML 1.0, 3.3.3). */
const BLANKS: Readonly<Record<string, string>> = { "\n": "&#10;", "\t": "&#9;" };
// XML 1.0 has no way to hold these, escaped or not (2.2); a lone half of a character becomes U+FFFD when it is written.
// deno-lint-ignore no-control-regex -- these are what must not be there
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g;

function content(text: string): string {
  const { head, rest } = cut(text, TEXT_LIMIT);
  const more = rest === 0 ? "" : `\n… and ${rest} more characters in results.jsonl`;
  return redactKeys(head + more)
    .replace(FORBIDDEN, (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replace(/[&<>"\r]/g, (it) => MARKUP[it]);
}

function attribute(text: string): string {
  return content(text).replace(/[\n\t]/g, (it) => BLANKS[it]);
}
