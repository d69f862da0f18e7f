import { createParser } from "eventsource-parser";
import { bodyChunks, boundedText } from "../../api_client/bounded_body.ts";
import { type HttpRunner, RunError } from "../model.ts";
import { type Fault, shownText, tooLong } from "./protocol.ts";
import type { TextFinder } from "./output_path.ts";

/** The most bytes of a document, and the most characters of an event or of all events together. */
const RESPONSE_LIMIT = 8 * 1024 * 1024;
/** OpenAI's API and similar ones send this after the last event. */
const LAST_EVENT = "[DONE]";

/** Thrown where a server's response isn't an agent's. */
export class HttpFault extends RunError {
  /** @param response Tells whether a retry may help; `null` where it can't. */
  constructor(fault: Fault, readonly response: Response | "cut off" | null = null) {
    super({ ...fault, stderr: [] });
  }
}

interface Reading extends Pick<HttpRunner, "stream" | "streamOutputPath" | "streamEventFilter"> {
  readonly textOf: TextFinder | null;
  readonly outputCharLimit: number | null;
}

/**
 * Reads a response in bounded memory: a document, or a stream of events.
 *
 * @returns The agent's output.
 * @throws {HttpFault} When the response isn't an agent's, or is too long.
 */
export async function readResponse(response: Response, reading: Reading): Promise<string> {
  if (!response.ok) throw new HttpFault(await refusal(response), response);
  return reading.stream === "sse" ? await readEvents(response, reading) : await readDocument(response, reading);
}

async function readDocument(response: Response, reading: Reading): Promise<string> {
  const { textOf, streamOutputPath, outputCharLimit } = reading;
  const type = mediaType(response);
  if (type === "text/html") {
    await response.body?.cancel();
    throw garbage("The server sent a web page (text/html), not an agent's response");
  }
  const text = await bounded(response);
  const isJson = textOf !== null || /[/+]json$/.test(type);
  const value = isJson ? parsed(text, "The server's response isn't JSON") : text;
  const output = textOf === null ? text : textAt(textOf, value, outputCharLimit ?? RESPONSE_LIMIT);
  if (output === null) throw garbage(`The server's response has no value at ${streamOutputPath} (stream_output_path)`);
  return limited(output, outputCharLimit);
}

async function readEvents(response: Response, reading: Reading): Promise<string> {
  const type = mediaType(response);
  if (type !== "text/event-stream") {
    await response.body?.cancel();
    throw garbage(
      `The server sent ${type === "" ? "no content type" : shownText(type)} instead of a stream of events`,
    );
  }
  const { textOf, streamOutputPath, streamEventFilter, outputCharLimit } = reading;
  const limit = outputCharLimit ?? RESPONSE_LIMIT;
  let output: string | null = null;
  let isComplete = false;
  const parser = createParser({
    onEvent({ event = "message", data }) {
      isComplete ||= data === LAST_EVENT;
      if (isComplete || (streamEventFilter !== null && !streamEventFilter.includes(event))) return;
      const text = textOf === null ? data : textAt(textOf, parsed(data, "An event's data isn't JSON"), limit);
      if (text !== null) output = limited((output ?? "") + text, limit);
    },
    onError({ type }) {
      if (type === "max-buffer-size-exceeded") throw flooded(RESPONSE_LIMIT);
    },
    maxBufferSize: RESPONSE_LIMIT,
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

async function refusal(response: Response): Promise<Fault> {
  const { status, statusText } = response;
  const reason = mediaType(response).endsWith("json") ? await reasonOf(response) : void await response.body?.cancel();
  const said = statusText === "" ? "" : ` (${shownText(statusText)})`;
  const more = reason === undefined ? "" : `: ${shownText(reason)}`;
  return { kind: "http", message: `The server responded with status ${status}${said}${more}` };
}

/** @returns The reason in a JSON response, from one of the usual fields. */
async function reasonOf(response: Response): Promise<string | undefined> {
  try {
    const { error, message, detail } = JSON.parse(await bounded(response));
    return [error?.message, error, message, detail].find((it) => typeof it === "string" && it.trim() !== "");
  } catch (error) {
    if (error instanceof HttpFault || error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

async function bounded(response: Response): Promise<string> {
  const text = await boundedText(response, RESPONSE_LIMIT);
  if (text === null) throw flooded(RESPONSE_LIMIT);
  return text;
}

function limited(output: string, limit: number | null): string {
  if (limit !== null && output.length > limit) throw flooded(limit);
  return output;
}

function textAt(textOf: TextFinder, value: unknown, limit: number): string | null {
  const found = textOf(value, limit);
  if (found === "too long") throw flooded(limit);
  if (found === "exhausting") throw garbage("The server's response is too large or too deep for stream_output_path");
  return found.text;
}

function parsed(text: string, complaint: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw garbage(complaint);
  }
}

function mediaType(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
}

function garbage(message: string): HttpFault {
  return new HttpFault({ kind: "garbage", message });
}

function flooded(limit: number): HttpFault {
  return new HttpFault(tooLong(limit));
}
