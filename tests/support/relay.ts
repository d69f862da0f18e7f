/**
 * A relay in front of a platform that can fail at a request: before the platform receives it, or after the platform has
 * handled it and before the client gets the response.
 *
 * @module
 */

/** A failure at a request. */
export interface RelayFault {
  /** The request, such as `POST /api/api-keys`; with the suffix ` 2`, its second occurrence. */
  readonly at: string;
  readonly when: "before" | "after";
  /** Called at that moment; afterwards the connection is closed without a response. */
  readonly action: () => void | Promise<void>;
  /** Whether all later requests also fail. */
  readonly isLasting: boolean;
}

/** A running relay. */
export interface Relay {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The requests in order, such as `GET /api/auth/me`; IDs are replaced by `{id}`. */
  readonly seen: string[];
  /** Sets the request to fail at, or none, and forgets the requests so far. */
  failAt(fault: RelayFault | null): void;
  stop(): Promise<void>;
}

/** Starts a relay on a random port to a platform on this machine. */
export function startRelay(platformUrl: string): Relay {
  const { host, hostname, port } = new URL(platformUrl);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const seen: string[] = [];
  let fault: RelayFault | null = null;
  let isDead = false;
  const open = new Set<Promise<void>>();

  const serve = async (client: Deno.Conn) => {
    try {
      const request = await readRequest(client);
      if (request === null || isDead) return;
      const name = request.line.replace(/ HTTP.*/, "").replace(/key_\d+/, "{id}");
      seen.push(name);
      const count = seen.filter((it) => it === name).length;
      const current = fault?.at === (count === 1 ? name : `${name} ${count}`) ? fault : null;
      if (current?.when === "before") return await fail(current);
      const response = await forward(request);
      if (current !== null) return await fail(current);
      await writeAll(client, response);
    } catch (error) {
      // The program may have been killed, as intended.
      if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) throw error;
    } finally {
      client.close();
    }
  };
  const fail = async ({ action, isLasting }: RelayFault) => {
    fault = null;
    isDead = isLasting;
    await action();
  };
  const forward = async ({ line, headers, body }: RawRequest) => {
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
      fault = wanted;
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

/** @returns The first request on a connection, or `null` if there is none. */
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
