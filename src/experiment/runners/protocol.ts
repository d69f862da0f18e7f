/**
 * What is said between this program and an agent, one JSON object a line (hosted documentation:
 * "Subprocess (JSONL Protocol)").
 *
 * @module
 */
import { extentOf } from "../../text/json.ts";
import { printable } from "../../text/printable.ts";
import { redact } from "../../text/mask.ts";
import type { RunFailure, RunRequest } from "../model.ts";

/** What a run failed of, without the agent's last words. */
export type Fault = Pick<RunFailure, "kind" | "message">;

/** A line of the agent that counts. */
export type Reply =
  | { readonly type: "delta"; readonly text: string }
  /** `null`: the deltas are the output. */
  | { readonly type: "final"; readonly output: string | null }
  /** The agent has failed at this input, and takes others. */
  | { readonly type: "refusal"; readonly fault: Fault }
  /** The agent has failed, and is of no further use. */
  | { readonly type: "fault"; readonly fault: Fault };

/** How many characters of an agent's words a message quotes. */
const EXCERPT = 200;
/** How deep an agent's JSON may be nested. */
const DEPTH_LIMIT = 100;

function isTooDeep(value: unknown): boolean {
  return extentOf(value).depth > DEPTH_LIMIT;
}

/** @returns What an agent is told of a run, as a JSON value. */
export function inputMessage({ input, iteration }: RunRequest) {
  return { type: "input", input: input.text, context: { persona: input.persona?.name ?? null, iteration } };
}

/**
 * Reads a line of an agent.
 *
 * @param line Without its end.
 * @returns What it says; `null` for one that says nothing: an empty one, or one of a type that is not known here.
 */
export function readReply(line: string): Reply | null {
  if (line.trim() === "") return null;
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return garbage(`The agent wrote a line that isn't JSON: ${excerpt(line)}`);
  }
  if (typeof message !== "object" || message === null || !("type" in message) || typeof message.type !== "string") {
    return garbage(`The agent wrote a line that isn't a JSON object with a "type": ${excerpt(line)}`);
  }
  return readMessage(message as Message);
}

interface Message {
  readonly type: string;
  readonly delta?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

function readMessage({ type, delta, output, error }: Message): Reply | null {
  switch (type) {
    case "delta":
      return typeof delta === "string" ? { type, text: delta } : garbage("The agent's \"delta\" isn't a text");
    case "final":
      if (error !== undefined && error !== null) return { type: "refusal", fault: failure("agent_error", error) };
      if (isTooDeep(output)) return garbage('The agent\'s "output" is nested too deeply');
      if (output === undefined || output === null) return { type, output: null };
      return { type, output: typeof output === "string" ? output : JSON.stringify(output) };
    case "error":
      return { type: "fault", fault: failure("agent_error", error) };
    case "not_started":
      return { type: "fault", fault: failure("not_started", error) };
    default:
      return null;
  }
}

function garbage(message: string): Reply {
  return { type: "fault", fault: { kind: "garbage", message } };
}

function failure(kind: "agent_error" | "not_started", error: unknown): Fault {
  const said = error === undefined || isTooDeep(error) ? "" : typeof error === "string" ? error : JSON.stringify(error);
  const reason = said.trim() === "" ? "it gives no reason" : shownText(said);
  const message = kind === "agent_error"
    ? `The agent reports an error: ${reason}`
    : `The agent cannot start: ${reason}`;
  return { kind, message };
}

/** @returns What an agent said, fit for a sentence on one line. */
export function shownText(text: string): string {
  const words = printable(redact(text.slice(0, EXCERPT * 10).replace(/\s+/g, " ").trim()));
  return words.length > EXCERPT ? `${words.slice(0, EXCERPT - 1)}…` : words;
}

function excerpt(line: string): string {
  return JSON.stringify(shownText(line));
}
