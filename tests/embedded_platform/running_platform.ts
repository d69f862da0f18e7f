/**
 * Platforms in this process and in others.
 *
 * @module
 */
import { DOCUMENTED_KEY } from "../support/platform.ts";
import type { Schemas } from "../../src/embedded_platform/http.ts";
import {
  type LocalPlatform,
  type LocalPlatformOptions,
  startLocalPlatform,
} from "../../src/embedded_platform/server.ts";
import type { Storage } from "../../src/embedded_platform/storage.ts";
import { isoTime } from "../../src/embedded_platform/time.ts";

export { DOCUMENTED_KEY };

type Result = Schemas["ResultUpload"]["run_results"][number];

/** The day on which the documented key was created. */
export const SEED_DAY = new Date("2024-01-16T00:00:00Z");
export const SEED_TIME = isoTime(SEED_DAY);

/** Real randomness. */
export const random: LocalPlatformOptions["random"] = (bytes) => crypto.getRandomValues(bytes);

/** Starts a platform; by default on a free port, on {@linkcode SEED_DAY} and with the documented key. */
export function startPlatform(
  dataDir: string | null,
  options: Partial<LocalPlatformOptions> = {},
): Promise<LocalPlatform> {
  return startLocalPlatform({ port: 0, dataDir, now: () => SEED_DAY, random, apiKey: DOCUMENTED_KEY, ...options });
}

/** @returns What a platform has stored about an experiment; `undefined` if nothing. */
export function storedExperiment(storage: Storage, experimentId: string) {
  type Row = { id: string; bundle_version_id: string | null; project_id: string | null; status: string };
  const [experiment] = storage.query<Row>("SELECT * FROM experiments WHERE experiment_id = ?", experimentId);
  if (experiment === undefined) return undefined;
  const sql = "SELECT result FROM runs WHERE experiment = ? ORDER BY rowid";
  const rows = storage.query<{ result: string }>(sql, experiment.id);
  return { ...experiment, results: rows.map((it): Result => JSON.parse(it.result)) };
}

/** Sends a request without a proxy, and reads the whole response. */
export async function ask(platform: { url: string }, path: string, init: RequestInit = {}): Promise<Response> {
  const { hostname, port } = new URL(platform.url);
  using client = Deno.createHttpClient({ proxy: { transport: "tcp", hostname, port: Number(port) } });
  const response = await fetch(platform.url + path, { ...init, client });
  // Read here, because the connection is closed when this function returns.
  const body = await response.arrayBuffer();
  return new Response(response.status === 204 ? null : body, response);
}

/** @returns Headers that authenticate with `key`. */
export function bearer(key: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${key}` } };
}

/** Sends raw bytes, for requests that `fetch` rejects, and reads the response. */
export async function sendRaw(platform: { url: string }, request: string): Promise<Response> {
  const { hostname, port } = new URL(platform.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  const [head, body] = text.split("\r\n\r\n");
  const [statusLine, ...headerLines] = head.split("\r\n");
  const headers = headerLines.map((
    it,
  ): [string, string] => [it.slice(0, it.indexOf(":")), it.slice(it.indexOf(":") + 1)]);
  return new Response(body, { status: Number(statusLine.split(" ")[1]), headers });
}

/** A process that runs a program in `fixtures/`, which prints a line for each thing it has done. */
export class Fixture {
  readonly #process: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;
  readonly #errors: Promise<string>;

  constructor(name: string, ...args: string[]);
  /** Limits the number of open files; needs a POSIX shell. */
  constructor(name: string, limits: { readonly descriptors: number }, ...args: string[]);
  constructor(name: string, first?: string | { readonly descriptors: number }, ...rest: string[]) {
    const module = new URL(`fixtures/${name}`, import.meta.url).href;
    const program = [Deno.execPath(), "run", "-A", "--no-check", module];
    const command = typeof first === "object"
      ? ["sh", "-c", `ulimit -n ${first.descriptors}; exec "$0" "$@"`, ...program, ...rest]
      : [...program, ...(first === undefined ? [] : [first]), ...rest];
    this.#process = new Deno.Command(command[0], {
      args: command.slice(1),
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = lines(this.#process.stdout);
    this.#errors = new Response(this.#process.stderr).text();
  }

  /** @returns The next line. */
  async nextLine(): Promise<string> {
    const { value } = await this.#lines.next();
    if (value === undefined) throw new Error(`The process has exited: ${await this.#errors}`);
    return value;
  }

  /** Waits for it to exit. @returns The lines that were not read yet, and its standard error. */
  async end(): Promise<{ rest: string[]; errors: string }> {
    const rest = await Array.fromAsync(this.#lines);
    await this.#process.status;
    return { rest, errors: await this.#errors };
  }

  /** `kill -9`: no more of its code runs. */
  async kill(): Promise<{ rest: string[]; errors: string }> {
    this.#process.kill("SIGKILL");
    return await this.end();
  }
}

/** @returns The lines of a stream, without an incomplete last line. */
async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
