/**
 * A relay in front of a platform that can fail at one request: before the platform has got it, or after the platform has
 * done its work and before the answer is on its way.
 *
 * @module
 */

/** A request to fail at. */
export interface Failing {
  /** Such as `POST /api/api-keys`; the second of that name where it ends in ` 2`. */
  readonly at: string;
  readonly when: "before" | "after";
  /** Called there; then the connection is closed without a response. */
  readonly deed: () => void | Promise<void>;
  /** Whether all later requests fail, too. */
  readonly isLasting: boolean;
}

/** A relay that listens. */
export interface Relay {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The requests, such as `GET /api/auth/me`, in order; IDs are `{id}`. */
  readonly seen: string[];
  /** Fails at the next such request; `null` turns that off. */
  failAt(failing: Failing | null): void;
  stop(): Promise<void>;
}

/** @returns A relay, on a port of the system's choice, to a platform on this machine. */
export function startRelay(platformUrl: string): Relay {
  const { host, hostname, port } = new URL(platformUrl);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const seen: string[] = [];
  let failing: Failing | null = null;
  let isDead = false;
  const open = new Set<Promise<void>>();

  const serve = async (client: Deno.Conn) => {
    try {
      const request = await readRequest(client);
      if (request === null || isDead) return;
      const name = request.line.replace(/ HTTP.*/, "").replace(/key_\d+/, "{id}");
      seen.push(name);
      const count = seen.filter((it) => it === name).length;
      const failure = failing !== null && failing.at === (count === 1 ? name : `${name} ${count}`) ? failing : null;
      if (failure?.when === "before") return await fail(failure);
      const answer = await forwarded(request);
      if (failure !== null) return await fail(failure);
      await writeAll(client, answer);
    } catch (error) {
      // The program may have been killed by now, as intended.
      if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) throw error;
    } finally {
      client.close();
    }
  };
  const fail = async ({ deed, isLasting }: Failing) => {
    failing = null;
    isDead = isLasting;
    await deed();
  };
  const forwarded = async ({ line, headers, body }: RawRequest) => {
    const kept = headers.filter((it) => !/^(host|connection):/i.test(it));
    const head = [line, `Host: ${host}`, "Connection: close", ...kept, "", ""].join("\r\n");
    using upstream = await Deno.connect({ hostname, port: Number(port) });
    await writeAll(upstream, new Uint8Array([...new TextEncoder().encode(head), ...body]));
    return await readToEnd(upstream);
  };
  const accepting = (async () => {
    for await (const client of listener) {
      const serving = serve(client);
      open.add(serving);
      serving.finally(() => open.delete(serving)).catch(() => {});
    }
  })();

  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    seen,
    failAt(wanted) {
      failing = wanted;
      isDead = false;
      seen.length = 0;
    },
    async stop() {
      listener.close();
      await accepting;
      await Promise.all(open);
    },
  };
}

interface RawRequest {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** @returns The request that comes first on a connection; `null` where none does. */
async function readRequest(connection: Deno.Conn): Promise<RawRequest | null> {
  let bytes = new Uint8Array();
  const more = async () => {
    const chunk = new Uint8Array(16 * 1024);
    const count = await connection.read(chunk);
    if (count === null) return false;
    bytes = new Uint8Array([...bytes, ...chunk.subarray(0, count)]);
    return true;
  };
  const head = () => new TextDecoder("latin1").decode(bytes).split("\r\n\r\n")[0];
  while (!new TextDecoder("latin1").decode(bytes).includes("\r\n\r\n")) if (!await more()) return null;
  const [line, ...headers] = head().split("\r\n");
  const length = Number(headers.find((it) => /^content-length:/i.test(it))?.split(":")[1] ?? 0);
  const start = head().length + 4;
  while (bytes.length < start + length) if (!await more()) return null;
  return { line, headers, body: bytes.subarray(start, start + length) };
}

async function readToEnd(connection: Deno.Conn): Promise<Uint8Array> {
  const chunks: number[] = [];
  const chunk = new Uint8Array(16 * 1024);
  for (let count = await connection.read(chunk); count !== null; count = await connection.read(chunk)) {
    chunks.push(...chunk.subarray(0, count));
  }
  return new Uint8Array(chunks);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}
