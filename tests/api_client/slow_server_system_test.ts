import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { readDiagnosis } from "../support/diagnosis.ts";
import { start } from "../support/program.ts";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
/** Time limit for a run, in milliseconds. */
const RUN_LIMIT = 10_000;
/** Time limit for the doctor, whatever happens, in milliseconds. */
const DOCTOR_LIMIT = 15_000;

/** What a server does with an accepted connection. */
type Behaviour = (connection: Deno.TcpConn) => Promise<unknown>;

const silent: Behaviour = () => Promise.resolve();

const dripping = (text: string): Behaviour => async (connection) => {
  await connection.write(new TextEncoder().encode(text));
  const drop = new TextEncoder().encode(" ");
  const drip = setInterval(() => connection.write(drop).catch(() => clearInterval(drip)), 100);
};

const endless: Behaviour = async (connection) => {
  await connection.write(new TextEncoder().encode(HEAD));
  const blanks = new TextEncoder().encode(" ".repeat(64 * 1024));
  while (true) await connection.write(blanks);
};

describe("a slow server", () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  /** Listens. @returns Its URL, and a promise that resolves at the first request. */
  function serve(behaviour: Behaviour): { url: string; requested: Promise<void> } {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const requested = Promise.withResolvers<void>();
    const connections: Deno.TcpConn[] = [];
    const serving = (async () => {
      for await (const connection of listener) {
        connections.push(connection);
        await connection.read(new Uint8Array(16 * 1024));
        requested.resolve();
        // Fails once the client has disconnected.
        behaviour(connection).catch(() => {});
      }
    })();
    stops.push(async () => {
      listener.close();
      for (const connection of connections) connection.close();
      await serving;
    });
    return { url: `http://127.0.0.1:${listener.addr.port}`, requested: requested.promise };
  }

  function whoami(url: string, timeout: string): Deno.ChildProcess {
    return start(["auth", "whoami", "--timeout", timeout], {
      env: { FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: DOCUMENTED_KEY },
    });
  }

  /** @returns Exit code, standard error and output; a program that takes too long is killed. */
  async function finish(child: Deno.ChildProcess, limit = RUN_LIMIT): Promise<[number, string, string]> {
    const timer = setTimeout(() => child.kill("SIGKILL"), limit);
    const { code, stderr, stdout } = await child.output();
    clearTimeout(timer);
    const decoder = new TextDecoder();
    return [code, decoder.decode(stderr), decoder.decode(stdout)];
  }

  const slow: [string, Behaviour][] = [
    ["that never responds", silent],
    ["that sends its headers byte by byte", dripping("HTTP/1.1 200 OK\r\nX: ")],
    ["that sends its body byte by byte", dripping(HEAD)],
  ];
  for (const [what, behaviour] of slow) {
    it(`${what} is abandoned after --timeout`, async () => {
      const { url } = serve(behaviour);
      const [code, stderr] = await finish(whoami(url, "1"));
      assertEquals(code, 4);
      assertStringIncludes(stderr, `Failed to connect to ${new URL(url).host}: no complete response within 1 second`);
    });

    it(`${what} is abandoned at once on Ctrl-C`, async () => {
      const { url, requested } = serve(behaviour);
      const child = whoami(url, "60");
      await requested;
      child.kill("SIGINT");
      const [code, stderr] = await finish(child);
      assertEquals([code, stderr], [130, ""]);
    });
  }

  it("is reported by the doctor within 15 seconds, whatever makes it slow", async () => {
    const servers = slow.map(([, behaviour]) => serve(behaviour));
    const doctors = servers.map(({ url }) =>
      start(["auth", "doctor", "--json"], { env: { FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: DOCUMENTED_KEY } })
    );
    const outcomes = await Promise.all(doctors.map((it) => finish(it, DOCTOR_LIMIT)));
    for (const [index, [code, , stdout]] of outcomes.entries()) {
      const { last } = readDiagnosis({ code, stdout, stderr: "" });
      const { host } = new URL(servers[index].url);
      assertEquals([code, last.name], [4, "clock"]);
      assertStringIncludes(last.message, `${host}: no complete response within 6 seconds`);
    }
  });

  it("that accepts no connections is reported by the doctor within 15 seconds", async () => {
    // The system drops new connections when a listener's queue is full.
    const listening = "socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)); listen(S, 0)";
    const printing = "$| = 1; print((sockaddr_in(getsockname(S)))[0], qq(\\n)); <STDIN>";
    const args = ["-MSocket", "-e", `${listening}; ${printing}`];
    const busy = new Deno.Command("perl", { args, stdin: "piped", stdout: "piped" }).spawn();
    const { value } = await busy.stdout.getReader().read();
    const port = Number(new TextDecoder().decode(value));
    const waiting = await Deno.connect({ hostname: "127.0.0.1", port });
    const env = { FLUXLOOP_API_URL: `http://127.0.0.1:${port}`, FLUXLOOP_API_KEY: DOCUMENTED_KEY };
    const [code, stderr, stdout] = await finish(start(["auth", "doctor", "--json"], { env }), DOCTOR_LIMIT);
    waiting.close();
    busy.kill();
    await busy.status;
    const { last } = readDiagnosis({ code, stdout, stderr });
    const message = `Unable to connect to FluxLoop API at 127.0.0.1:${port}: the connection timed out`;
    assertEquals([code, last.name, last.message], [4, "tcp", message]);
  });

  it("that never ends its response is abandoned once the response is too large", async () => {
    const { url } = serve(endless);
    const text = `❌ Error: ${new URL(url).host} sent a response of more than 8 MiB\n`;
    assertEquals(await finish(whoami(url, "30")), [1, text, ""]);
  });
});
