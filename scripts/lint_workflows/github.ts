/**
 * GitHub's own check of workflow files, as editors use it: the schema, the expressions, the needs of jobs.
 *
 * It is a module of its own because it has to be bundled first: it imports JSON in a way that Deno does not run.
 *
 * @module
 */
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";

/**
 * @param path The file's path; by its name, a workflow is told from an action.
 * @param text What is in it.
 * @returns What is wrong, each with its line, from 1.
 */
export async function findings(path: string, text: string): Promise<{ line: number; message: string }[]> {
  // What it has read of an address, it does not read again.
  const address = `file:///${crypto.randomUUID()}/${path}`;
  const found = await validate(TextDocument.create(address, "yaml", 1, text));
  return found.map((it) => ({ line: it.range.start.line + 1, message: `${it.message}` }));
}
