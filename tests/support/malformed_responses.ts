/**
 * Random malformed responses, reproducible by seed, and a server that sends raw bytes, whether valid HTTP or not.
 *
 * @module
 */
import { DOCUMENTED_KEY } from "./platform.ts";
import type { Outcome } from "./session.ts";

/** @returns A generator of numbers from 0 to 1, reproducible by seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), state | 1);
    it ^= it + Math.imul(it ^ (it >>> 7), it | 61);
    return ((it ^ (it >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A complete response to `GET /api/auth/me`. */
export const ME: Readonly<Record<string, unknown>> = {
  account: { id: "usr_1", email: "john@example.com" },
  organizations: [{ id: "org_1", name: "Acme Inc", role: "owner" }],
  projects: [{ id: "prj_1", name: "bot" }],
  api_key: {
    id: "key_1",
    name: "My Development Key",
    created_at: "2024-01-16T00:00:00Z",
    expires_at: "2024-04-15T00:00:00Z",
    scopes: "all_projects",
    permissions: ["read_scenarios"],
  },
  api_access: true,
  plan: { name: "Team", runs_per_month: 1000 },
  usage: { runs_this_month: 234 },
};

const STATUSES = [201, 204, 206, 300, 301, 302, 304, 307, 400, 401, 403, 404, 407, 409, 413, 418];
const FAILURES = [422, 429, 451, 500, 501, 502, 503, 504, 511, 599, 600, 999, 42];
const TYPES = ["application/json", "text/html", "application/octet-stream", "text/plain; charset=utf-16", ""];
const LOCATIONS = ["/", "/api/auth/me", "https://evil.example/", "//evil.example", "http://[", "javascript:1", "\x7f"];
const ENCODINGS = ["gzip", "br", "deflate", "identity", "zstd"];
const TEXTS = [
  "",
  "a",
  "\0",
  "\x1b[31mred",
  "\x1b]0;title\x07",
  "\x9b2J",
  "\u202eoof",
  "\u2066",
  "\u2028",
  "\ud800",
  "😀",
];
const TIMES = ["2024-04-15", "2024-04-15T23:59:59+14:00", "2024-02-30T00:00:00Z", "never", "+275760-09-13T00:00:00Z"];
const NUMBERS = [0, -1, -0, 0.5, 1e308, 1e21, 2 ** 53, 1000];

/** A sequence of random responses. */
export class RandomResponses {
  readonly #random: () => number;

  /** @param seed The same seed gives the same responses. */
  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** @returns All bytes to send on a connection before closing it. */
  next(): Uint8Array<ArrayBuffer> {
    if (this.#below(20) === 0) return this.#bytes(200);
    const status = this.#status();
    const body = this.#body(status < 300);
    const length = this.#below(16) === 0 ? this.#below(2 * body.length + 2) : body.length;
    const lines = [`HTTP/1.1 ${status} ${this.#one(["OK", "", "No"])}`];
    if (this.#below(10) > 0) lines.push(`Content-Length: ${length}`);
    if (this.#below(4) > 0) lines.push(`Content-Type: ${this.#one(TYPES)}`);
    if (this.#below(12) === 0) lines.push(`Content-Encoding: ${this.#one(ENCODINGS)}`);
    if (this.#below(20) === 0) lines.push("Transfer-Encoding: chunked");
    if (this.#below(4) === 0) lines.push(`Location: ${this.#one(LOCATIONS)}`);
    if (this.#below(4) === 0) lines.push(`Retry-After: ${this.#one(["0", "1", "-1", "99999999999", "soon"])}`);
    if (this.#below(20) === 0) lines.push(`X-${this.#below(9)}: ${"\x1b[31m"}`);
    const head = new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
    const response = new Uint8Array(head.length + body.length);
    response.set(head);
    response.set(body, head.length);
    return this.#below(20) === 0 ? response.slice(0, this.#below(response.length)) : response;
  }

  #status(): number {
    return this.#below(2) === 0 ? 200 : this.#one([401, 403, 403, 422, ...STATUSES, ...FAILURES]);
  }

  #body(isGood: boolean): Uint8Array<ArrayBuffer> {
    const valid = () =>
      new TextEncoder().encode(JSON.stringify(isGood && this.#below(20) > 0 ? this.#mutated(ME) : this.#error()));
    switch (this.#below(16)) {
      case 0:
        return this.#bytes(2000);
      case 1: {
        const bytes = valid();
        return bytes.slice(0, this.#below(bytes.length));
      }
      case 2: {
        const bytes = valid();
        for (let count = this.#below(5); count >= 0; count--) bytes[this.#below(bytes.length)] = this.#below(256);
        return bytes;
      }
      case 3:
        return new TextEncoder().encode(JSON.stringify(this.#value(4)));
      default:
        return valid();
    }
  }

  /** An error response of the platform, which may repeat the key. */
  #error(): unknown {
    const text = () => this.#one([`Bearer ${DOCUMENTED_KEY}`, DOCUMENTED_KEY, ...TEXTS]);
    const details = [text(), [{ loc: ["header", text(), 1, null], msg: text() }, this.#value(2)], this.#value(2)];
    const codes = ["invalid_api_key", "expired_api_key", "revoked_api_key", "permission_denied", text()];
    return {
      code: this.#one(codes),
      detail: this.#one(details),
      required_permission: this.#one([text(), this.#value(1)]),
    };
  }

  /** The value with some parts missing, of another type or changed. */
  #mutated(value: unknown): unknown {
    if (this.#below(150) === 0) return this.#value(2);
    if (Array.isArray(value)) return Array.from({ length: this.#below(3) }, () => this.#mutated(value[0]));
    if (typeof value === "string" && /^\d/.test(value)) return this.#one([value, value, ...TIMES]);
    if (typeof value === "string" && value !== "all_projects" && this.#below(3) === 0) return this.#one(TEXTS);
    if (typeof value === "number" && this.#below(6) === 0) return this.#one(NUMBERS);
    if (typeof value !== "object" || value === null) return value;
    const kept = Object.entries(value).filter(() => this.#below(150) > 0);
    return Object.fromEntries(kept.map(([name, it]) => [name, this.#mutated(it)]));
  }

  /** Any JSON value. */
  #value(depth: number): unknown {
    const few = () => Array.from({ length: this.#below(4) }, () => this.#value(depth - 1));
    const scalars = [null, true, false, this.#one(NUMBERS), this.#one(TEXTS), this.#one(TIMES)];
    if (depth === 0 || this.#below(2) === 0) return this.#one(scalars);
    if (this.#below(2) === 0) return few();
    return Object.fromEntries(few().map((it) => [this.#one([...Object.keys(ME), "__proto__", ...TEXTS]), it]));
  }

  #bytes(most: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: this.#below(most) }, () => this.#below(256));
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)];
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

/** Characters that control a terminal, or reorder or hide the text around them. */
const HARMFUL = new RegExp(
  "[\\p{Cc}\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]",
  "u",
);

/** @returns What must not occur in any outcome, whatever the response: crashes, leaked keys, silent failures. */
export function problemsIn({ code, stdout, stderr }: Outcome): string[] {
  const output = stdout + stderr;
  return [
    ...([0, 1, 3, 4, 5].includes(code) ? [] : [`exit code ${code}`]),
    ...["    at ", "file://", "ext:", "Internal error", DOCUMENTED_KEY].filter((it) => output.includes(it)),
    ...(HARMFUL.test(output.replaceAll("\n", "")) ? ["a control character"] : []),
    ...(code !== 0 && output === "" ? ["a failure without a message"] : []),
  ];
}

/** A server that sends raw bytes. */
export interface RawListener {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server that reads a request's head, sends the bytes from `respond` and closes the connection. */
export function listenRaw(respond: () => Uint8Array): RawListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = serve(listener, respond);
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async stop() {
      listener.close();
      await serving;
    },
  };
}

async function serve(listener: Deno.TcpListener, respond: () => Uint8Array): Promise<void> {
  const connections: Promise<void>[] = [];
  for await (const connection of listener) connections.push(send(connection, respond()));
  await Promise.all(connections);
}

async function send(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const count = await connection.read(buffer);
      if (count === null) return;
      head += new TextDecoder().decode(buffer.subarray(0, count));
    }
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    await connection.closeWrite();
    // Closing with unread bytes would reset the connection, and the client would lose the response.
    while (await connection.read(buffer) !== null);
  } catch {
    // The client has disconnected.
  } finally {
    connection.close();
  }
}
