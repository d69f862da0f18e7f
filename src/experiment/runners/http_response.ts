import { createParser } from "eventsource-parser";
import { bodyChunks, boundedText } from "../../api_client/bounded_body.ts";
import { isObject, parseJson } from "../../text/json.ts";
import { type HttpRunner, RunError } from "../model.ts";
import { shownText, tooLong } from "./protocol.ts";
import { OUTPUT_LIMIT, type TextFinder } from "./output_path.ts";

/** OpenAI's API and similar ones send this after the last event. */
const LAST_EVENT = "[DONE]";

/** Thrown when a retry may help. */
export class TransientError extends RunError {
  /** @param response `null` if the connection failed. */
  constructor(message: string, readonly response: Response | null) {
    super("http", message);
  }
}

interface Reading extends Pick<HttpRunner, "stream" | "streamOutputPath" | "streamEventFilter"> {
  readonly textOf: TextFinder | null;
}

/**
 * Reads a response in bounded memory: a document, or a stream of events.
 *
 * @returns The agent's output.
 * @throws {RunError} When the response can't come from an agent, or is too long.
 */
export async function readResponse(response: Response, reading: Reading): Promise<string> {
  if (!response.ok) throw new TransientError(await refusal(response), response);
  return reading.stream === "sse" ? await readEvents(response, reading) : await readDocument(response, reading);
}

async function readDocument(response: Response, reading: Reading): Promise<string> {
  const { textOf, streamOutputPath } = reading;
  const type = mediaType(response);
  if (type === "text/html") {
    await response.body?.cancel();
    throw garbage("The server sent a web page (text/html), not an agent's response");
  }
  const text = await boundedText(response, OUTPUT_LIMIT);
  if (text === null) throw tooLong(OUTPUT_LIMIT);
  const isJson = textOf !== null || /[/+]json$/.test(type);
  const value = isJson ? parsed(text, "The server's response isn't JSON") : text;
  const output = textOf === null ? text : textOf(value);
  if (output === null) throw garbage(`The server's response has no value at ${streamOutputPath} (stream_output_path)`);
  return output;
}

async function readEvents(response: Response, reading: Reading): Promise<string> {
  const type = mediaType(response);
  if (type !== "text/event-stream") {
    await response.body?.cancel();
    throw garbage(
      `The server sent ${type === "" ? "no content type" : shownText(type)} instead of server-sent events`,
    );
  }
  const { textOf, streamOutputPath, streamEventFilter } = reading;
  let output: string | null = null;
  let isComplete = false;
  const parser = createParser({
    onEvent({ event = "message", data }) {
      isComplete ||= data === LAST_EVENT;
      if (isComplete || (streamEventFilter !== null && !streamEventFilter.includes(event))) return;
      const text = textOf === null ? data : textOf(parsed(data, "An event's data isn't JSON"));
      if (text !== null) output = (output ?? "") + text;
      if (output !== null && output.length > OUTPUT_LIMIT) throw tooLong(OUTPUT_LIMIT);
    },
    onError({ type }) {
      if (type === "max-buffer-size-exceeded") throw tooLong(OUTPUT_LIMIT);
    },
    maxBufferSize: OUTPUT_LIMIT,
  });
  const decoder = new TextDecoder();
  for await (const chunk of bodyChunks(response)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (isComplete) break;
  }
  if (output !== null) return output;
  const names = streamEventFilter === null ? "event" : `event ${streamEventFilter.join(" or ")}`;
  const place = streamOutputPath === null ? "" : ` with text at ${streamOutputPath}`;
  throw garbage(`The server's stream has no ${names}${place}`);
}

async function refusal(response: Response): Promise<string> {
  const { status, statusText } = response;
  const reason = mediaType(response).endsWith("json") ? await reasonOf(response) : void await response.body?.cancel();
  const phrase = statusText === "" ? "" : ` (${shownText(statusText)})`;
  const more = reason === undefined ? "" : `: ${shownText(reason)}`;
  return `The server responded with status ${status}${phrase}${more}`;
}

/** Returns the reason in a JSON response, from one of the usual fields. */
async function reasonOf(response: Response): Promise<string | undefined> {
  const value = parseJson(await boundedText(response, OUTPUT_LIMIT) ?? "");
  if (!isObject(value)) return undefined;
  const { error, message, detail } = value;
  return [isObject(error) ? error.message : error, message, detail]
    .find((it): it is string => typeof it === "string" && it.trim() !== "");
}

function parsed(text: string, complaint: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw garbage(complaint);
  return value;
}

function mediaType(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
}

function garbage(message: string): RunError {
  return new RunError("garbage", message);
}
