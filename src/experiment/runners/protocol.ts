/**
 * The messages between this program and an agent, one JSON object per line (hosted documentation:
 * "Subprocess (JSONL Protocol)").
 *
 * @module
 */
import { extentOf, isObject, parseJson } from "../../text/json.ts";
import { printable } from "../../text/printable.ts";
import { redact } from "../../text/mask.ts";
import { RunError, type RunRequest } from "../model.ts";

/** A message of the agent. */
export type Reply =
  | { readonly type: "delta"; readonly text: string }
  /** `null` if the deltas are the output. */
  | { readonly type: "final"; readonly output: string | null }
  /** The agent failed on this input. After a refusal it can handle others, after a fault it can't. */
  | { readonly type: "refusal" | "fault"; readonly error: RunError };

/** How many characters of an agent's text a message quotes. */
const EXCERPT = 200;
/** How deeply an agent's JSON may be nested. */
const DEPTH_LIMIT = 100;

/** Creates the message for a run. */
export function inputMessage({ input, iteration }: RunRequest) {
  return { type: "input", input: input.text, context: { persona: input.persona?.name ?? null, iteration } };
}

/** Parses a line of the agent's output; returns `null` if it is empty, or a message of an unknown type. */
export function readReply(line: string): Reply | null {
  if (line.trim() === "") return null;
  const isNot = (expected: string) =>
    garbage(`The agent wrote a line that isn't ${expected}: ${JSON.stringify(shownText(line))}`);
  const message = parseJson(line);
  if (message === undefined) return isNot("JSON");
  if (!isObject(message) || typeof message.type !== "string") return isNot('a JSON object with a "type"');
  const { type, delta, output, error } = message;
  switch (type) {
    case "delta":
      return typeof delta === "string" ? { type, text: delta } : garbage("The agent's \"delta\" isn't a string");
    case "final":
      if (error !== undefined && error !== null) return { type: "refusal", error: agentError(error) };
      if (isTooDeep(output)) return garbage('The agent\'s "output" is nested too deeply');
      if (output === undefined || output === null) return { type, output: null };
      return { type, output: typeof output === "string" ? output : JSON.stringify(output) };
    case "error":
      return { type: "fault", error: agentError(error) };
    case "not_started": // The Python bridge's own.
      return { type: "fault", error: new RunError("not_started", `Can't start the agent: ${reasonOf(error)}`) };
    default:
      return null;
  }
}

/** Creates the error for an output of more than `limit` characters. */
export function tooLong(limit: number): RunError {
  return new RunError("flooded", `The agent's output is longer than ${limit.toLocaleString("en")} characters`);
}

/** Shortens and escapes an agent's text for a message on one line. */
export function shownText(text: string): string {
  const words = printable(redact(text.slice(0, EXCERPT * 10).replace(/\s+/g, " ").trim()));
  return words.length > EXCERPT ? `${words.slice(0, EXCERPT - 1)}…` : words;
}

function isTooDeep(value: unknown): boolean {
  return extentOf(value).depth > DEPTH_LIMIT;
}

function garbage(message: string): Reply {
  return { type: "fault", error: new RunError("garbage", message) };
}

function agentError(error: unknown): RunError {
  return new RunError("agent_error", `The agent returned an error: ${reasonOf(error)}`);
}

function reasonOf(error: unknown): string {
  const text = error === undefined || isTooDeep(error) ? "" : typeof error === "string" ? error : JSON.stringify(error);
  return text.trim() === "" ? "no reason given" : shownText(text);
}
