/**
 * What an agent's server sends, read in bounded memory: a document, or a stream of events.
 *
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { HttpRunner } from "../model.ts";
import { type Fault, shownText } from "./protocol.ts";
import type { TextFinder } from "./output_path.ts";

/** The most characters of one answer, or of one event. */
const ANSWER_LIMIT = 8 * 1024 * 1024;
/** What OpenAI's API, and many after it, send behind the last event. */
const LAST_EVENT = "[DONE]";

/** Thrown where a server has not answered as an agent does. */
export class HttpFault extends Error {
  /**
   * @param fault What happened.
   * @param reply What came back, where a further attempt may bring something else; `null` where it would not.
   */
  constructor(readonly fault: Fault, readonly reply: Response | "cut off" | null = null) {
    super(fault.message);
  }
}

/** How an answer is read. */
export interface Reading extends Pick<HttpRunner, "stream" | "streamOutputPath" | "streamEventFilter"> {
  readonly textOf: TextFinder | null;
  /** Characters; `null` for no bound of its own. */
  readonly outputCharLimit: number | null;
}

/**
 * @param response Its body has not been read.
 * @param reading How.
 * @returns The agent's output.
 * @throws {HttpFault} When it is no answer of an agent, or too long.
 */
export async function readAnswer(response: Response, reading: Reading): Promise<string> {
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
    throw garbage("The server sent a web page (text/html), which is no agent's answer");
  }
  // The path may lead to a small part of a large document.
  const text = await bounded(response, textOf === null ? outputCharLimit : null);
  if (textOf === null && !/[/+]json$/.test(type)) return text;
  const value = parsed(text, "The server's answer is no JSON");
  if (textOf === null) return text;
  const output = textOf(value);
  if (output === null) throw garbage(`The server's answer has nothing at ${streamOutputPath}`);
  return limited(output, outputCharLimit);
}

async function readEvents(response: Response, reading: Reading): Promise<string> {
  const type = mediaType(response);
  if (type !== "text/event-stream") {
    await response.body?.cancel();
    throw garbage(
      `The server sent ${type === "" ? "something" : shownText(type)} where a stream of events was expected`,
    );
  }
  const collected = new Collected(reading);
  const parser = createParser({
    onEvent: (event) => collected.add(event),
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") throw flooded(ANSWER_LIMIT);
    },
    maxBufferSize: ANSWER_LIMIT,
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
    const text = textOf === null ? data : textOf(parsed(data, "An event's data is no JSON"));
    if (text === null) return;
    this.#hasText = true;
    this.#text = limited(this.#text + text, outputCharLimit ?? ANSWER_LIMIT);
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
  return { kind: "http", message: `The server answered with status ${status}${said}${more}` };
}

/** @returns What a JSON answer says of its failure, in one of the usual places. */
async function reasonOf(response: Response): Promise<string | undefined> {
  try {
    const { error, message, detail } = JSON.parse(await bounded(response, null));
    return [error?.message, error, message, detail].find((it) => typeof it === "string" && it.trim() !== "");
  } catch (error) {
    if (error instanceof HttpFault || error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

async function bounded(response: Response, limit: number | null): Promise<string> {
  const most = Math.min(limit ?? ANSWER_LIMIT, ANSWER_LIMIT);
  // A length that is told bounds the answer as well as counting does, and faster; packed, it says nothing of the size.
  const length = response.headers.get("content-length");
  if (length !== null && Number(length) <= most && !response.headers.has("content-encoding")) {
    return await response.text();
  }
  let whole = "";
  for await (const text of texts(response)) {
    whole += text;
    if (whole.length > most) throw flooded(most);
  }
  return whole;
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
