/**
 * A server's response, read in bounded memory: a document, or a stream of events.
 *
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { boundedText } from "../../api_client/bounded_body.ts";
import type { HttpRunner } from "../model.ts";
import { type Fault, shownText } from "./protocol.ts";
import type { TextFinder } from "./output_path.ts";

/** The most bytes of a document, and the most characters of an event or of all texts together. */
const RESPONSE_LIMIT = 8 * 1024 * 1024;
/** What OpenAI's API, and many like it, send after the last event. */
const LAST_EVENT = "[DONE]";

/** Thrown where a server doesn't respond as an agent does. */
export class HttpFault extends Error {
  /**
   * @param fault What happened.
   * @param response What came back, where another attempt may change something; `null` where it wouldn't.
   */
  constructor(readonly fault: Fault, readonly response: Response | "cut off" | null = null) {
    super(fault.message);
  }
}

/** How a response is read. */
export interface Reading extends Pick<HttpRunner, "stream" | "streamOutputPath" | "streamEventFilter"> {
  readonly textOf: TextFinder | null;
  /** Characters; `null` for no bound of its own. */
  readonly outputCharLimit: number | null;
}

/**
 * @param response Its body has not been read.
 * @param reading How.
 * @returns The agent's output.
 * @throws {HttpFault} When it isn't what an agent responds, or is too long.
 */
export async function readResponse(response: Response, reading: Reading): Promise<string> {
  if (!response.ok) throw new HttpFault(await refusal(response), response);
  return reading.stream === "sse" ? await readEvents(response, reading) : await readDocument(response, reading);
}

async function readDocument(
  response: Response,
  { textOf, streamOutputPath, outputCharLimit }: Reading,
): Promise<string> {
  const type = mediaType(response);
  if (type === "text/html") {
    await response.body?.cancel();
    throw garbage("The server sent a web page (text/html), not an agent's response");
  }
  const text = await bounded(response);
  if (textOf === null && !/[/+]json$/.test(type)) return limited(text, outputCharLimit);
  const value = parsed(text, "The server's response isn't JSON");
  if (textOf === null) return limited(text, outputCharLimit);
  const output = textAt(textOf, value, outputCharLimit ?? RESPONSE_LIMIT);
  if (output === null) throw garbage(`The server's response has nothing at ${streamOutputPath}`);
  return output;
}

async function readEvents(response: Response, reading: Reading): Promise<string> {
  const type = mediaType(response);
  if (type !== "text/event-stream") {
    await response.body?.cancel();
    throw garbage(
      `The server sent ${type === "" ? "no content type" : shownText(type)} instead of a stream of events`,
    );
  }
  const collected = new Collected(reading);
  const parser = createParser({
    onEvent: (event) => collected.add(event),
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") throw flooded(RESPONSE_LIMIT);
    },
    maxBufferSize: RESPONSE_LIMIT,
  });
  for await (const text of texts(response)) {
    parser.feed(text);
    if (collected.isWhole) break;
  }
  return collected.output();
}

/** The texts of the events so far. */
class Collected {
  readonly #reading: Reading;
  #text = "";
  #hasText = false;
  isWhole = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  add({ event = "message", data }: EventSourceMessage): void {
    if (this.isWhole) return;
    if (data === LAST_EVENT) return void (this.isWhole = true);
    const { streamEventFilter, textOf, outputCharLimit } = this.#reading;
    if (streamEventFilter !== null && !streamEventFilter.includes(event)) return;
    const limit = outputCharLimit ?? RESPONSE_LIMIT;
    const text = textOf === null ? data : textAt(textOf, parsed(data, "An event's data isn't JSON"), limit);
    if (text === null) return;
    this.#hasText = true;
    this.#text = limited(this.#text + text, limit);
  }

  output(): string {
    const { streamOutputPath, streamEventFilter } = this.#reading;
    if (this.#hasText) return this.#text;
    const names = streamEventFilter === null ? "event" : `event ${streamEventFilter.join(" or ")}`;
    throw garbage(
      `The server's stream has no ${names}${streamOutputPath === null ? "" : ` with a text at ${streamOutputPath}`}`,
    );
  }
}

async function refusal(response: Response): Promise<Fault> {
  const { status, statusText } = response;
  const reason = mediaType(response).endsWith("json") ? await reasonOf(response) : void await response.body?.cancel();
  const said = statusText === "" ? "" : ` (${shownText(statusText)})`;
  const more = reason === undefined ? "" : `: ${shownText(reason)}`;
  return { kind: "http", message: `The server responded with status ${status}${said}${more}` };
}

/** @returns The reason that a JSON response gives, in one of the usual places. */
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

async function* texts(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
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
  const message = `The agent's output is longer than ${limit.toLocaleString("en")} characters`;
  return new HttpFault({ kind: "flooded", message });
}
