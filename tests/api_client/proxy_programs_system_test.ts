import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { Authority } from "../support/certificates.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { PROGRAM } from "../support/program.ts";
import { PROXY_PROGRAMS, type ProxyProgram, type ProxySetup, type ProxyUser } from "../support/proxy_programs.ts";
import type { Outcome } from "../support/session.ts";
import { runMounted } from "../support/users.ts";

const HOST = "platform.example";
const JANE: ProxyUser = { name: "jane", password: "s3cretword" };
const ME = { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [] };
type ProgramName = keyof typeof PROXY_PROGRAMS;
const HTTP_PROGRAMS = ["tinyproxy", "squid"] as const;

describe("a real proxy", () => {
  let authority: Authority;
  let folder: string;
  let server: Deno.HttpServer<Deno.NetAddr>;
  let requests = 0;
  /** The running proxies by program and setup. Tests share them because starting one is slow. */
  const running = new Map<string, ProxyProgram>();

  beforeAll(async () => {
    authority = await Authority.create();
    folder = await Deno.makeTempDir({ prefix: "fluxloop-proxies-" });
    await Deno.chmod(folder, 0o755);
    await Deno.writeTextFile(`${folder}/hosts`, `127.0.0.1 localhost ${HOST}\n`);
    await Deno.mkdir(`${folder}/home`);
    const listening = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    server = Deno.serve({ ...listening, ...await authority.issue(`DNS:${HOST},DNS:localhost`) }, () => {
      requests++;
      return Response.json(ME);
    });
  });
  afterAll(async () => {
    await Promise.all([...running.values()].map((it) => it.stop()));
    await server.shutdown();
    await authority.remove();
    await Deno.remove(folder, { recursive: true });
  });
  beforeEach(() => {
    requests = 0;
  });

  const origin = (host = HOST) => `${host}:${server.addr.port}`;

  /** Runs the program with a hosts file that resolves the platform's name. */
  function run(args: string[], env: Record<string, string>, host = HOST): Promise<Outcome> {
    const settings = {
      HOME: `${folder}/home`,
      FLUXLOOP_API_URL: `https://${origin(host)}`,
      FLUXLOOP_API_KEY: DOCUMENTED_KEY,
      FLUXLOOP_CA_FILE: authority.file,
      ...env,
    };
    return runMounted("root", `mount --bind ${folder}/hosts /etc/hosts`, [PROGRAM, ...args], { env: settings });
  }

  const start = (name: ProgramName, setup: ProxySetup = {}) => PROXY_PROGRAMS[name](`${folder}/hosts`, setup);

  async function proxyOf(name: ProgramName, setup: ProxySetup = {}): Promise<ProxyProgram> {
    const key = JSON.stringify([name, setup]);
    const proxy = running.get(key) ?? await start(name, setup);
    running.set(key, proxy);
    return proxy;
  }

  /** @returns The address of a stopped proxy. */
  async function stoppedProxy(name: ProgramName): Promise<string> {
    const proxy = await start(name);
    await proxy.stop();
    return proxy.address;
  }

  /** @returns The documented error for a failed connection. */
  const failure = (shown: string, reason: string) =>
    `❌ Error: Unable to connect to FluxLoop API\n\n` +
    `Failed to connect to ${origin()} through the proxy ${shown}: ${reason}\n\n` +
    `Please check your internet connection and try again.\n`;

  for (const name of HTTP_PROGRAMS) {
    it(`opens a tunnel: ${name}`, async () => {
      const proxy = await proxyOf(name);
      const { code, stdout } = await run(["auth", "whoami"], { HTTPS_PROXY: `http://${proxy.address}` });
      assertEquals([code, stdout.split("\n")[0], requests], [0, "john@example.com", 1]);
      await proxy.untilLogged(`CONNECT ${origin()}`);
    });

    it(`receives the user name and password: ${name}`, async () => {
      const { address } = await proxyOf(name, { user: JANE });
      const { code, stdout, stderr } = await run(["auth", "whoami", "-v"], {
        https_proxy: `http://${JANE.name}:${JANE.password}@${address}`,
      });
      assertEquals([code, stdout.split("\n")[0]], [0, "john@example.com"]);
      assert(!stderr.includes(JANE.password) && !stderr.includes(DOCUMENTED_KEY), stderr);
    });

    const refusals: [string, ProxySetup, string][] = [
      ["that requires a password", { user: JANE }, "the proxy requires a user name and password (407)"],
      ["that refuses the host", { refuses: true }, "the proxy refuses to connect (403)"],
    ];
    for (const [what, setup, reason] of refusals) {
      it(`${what} is reported: ${name}`, async () => {
        const { address } = await proxyOf(name, setup);
        const outcome = await run(["auth", "whoami"], { HTTPS_PROXY: `http://${address}` });
        assertEquals(outcome, { code: 4, stdout: "", stderr: failure(`http://${address}`, reason) });
        assertEquals(requests, 0);
      });

      it(`${what} is reported by the doctor: ${name}`, async () => {
        const { address } = await proxyOf(name, setup);
        const { code, stdout } = await run(["auth", "doctor"], { HTTPS_PROXY: `http://${address}` });
        assertEquals(code, 4);
        assertStringIncludes(stdout, `✅ Proxy: http://${address} for ${origin()}\n`);
        assertStringIncludes(stdout, `Unable to connect to FluxLoop API at ${origin()}: ${reason}\n`);
      });
    }

    it(`that rejects the password is reported without the password: ${name}`, async () => {
      const { address } = await proxyOf(name, { user: JANE });
      const { code, stdout, stderr } = await run(["auth", "whoami"], {
        HTTPS_PROXY: `http://jane:an0therword@${address}`,
      });
      const reason = `the proxy rejects the user name and password (${name === "squid" ? 407 : 401})`;
      assertEquals([code, stdout, stderr], [4, "", failure(`http://jane:****@${address}`, reason)]);
    });

    it(`isn't used for a host in NO_PROXY: ${name}`, async () => {
      const proxy = await proxyOf(name, { refuses: true });
      const env = { HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: `.example` };
      const tunnels = () => proxy.log().split("CONNECT platform").length;
      const before = tunnels();
      assertEquals([(await run(["auth", "whoami"], env)).code, requests, tunnels()], [0, 1, before]);
    });

    it(`is never used for localhost: ${name}`, async () => {
      const { address } = await proxyOf(name, { refuses: true });
      const env = { HTTPS_PROXY: `http://${address}`, ALL_PROXY: `http://${address}` };
      assertEquals([(await run(["auth", "whoami"], env, "localhost")).code, requests], [0, 1]);
    });

    it(`is read from the lower-case variable if both are set: ${name}`, async () => {
      const { address } = await proxyOf(name);
      const env = { HTTPS_PROXY: "http://127.0.0.1:1", https_proxy: `http://${address}` };
      assertEquals([(await run(["auth", "whoami"], env)).code, requests], [0, 1]);
    });

    it(`that is down is reported: ${name}`, async () => {
      const address = await stoppedProxy(name);
      const { code, stderr } = await run(["auth", "whoami"], { ALL_PROXY: `http://${address}` });
      assertEquals([code, stderr], [4, failure(`http://${address}`, "can't reach the proxy")]);
    });
  }

  it("that can't connect to the platform is reported with its HTTP status: tinyproxy", async () => {
    const { address } = await proxyOf("tinyproxy");
    const url = `https://${HOST}:1`;
    const { code, stderr } = await run(["auth", "whoami", "--api-url", url], { HTTPS_PROXY: `http://${address}` });
    assertEquals(code, 4);
    assertStringIncludes(
      stderr,
      `${HOST}:1 through the proxy http://${address}: the proxy can't connect to it (500)`,
    );
  });

  for (const scheme of ["socks5", "socks5h"]) {
    it(`can use ${scheme}`, async () => {
      const { address } = await proxyOf("microsocks");
      const { code, stdout } = await run(["auth", "whoami"], { ALL_PROXY: `${scheme}://${address}` });
      assertEquals([code, stdout.split("\n")[0], requests], [0, "john@example.com", 1]);
    });
  }

  const socks: [string, ProxyUser | undefined, string, number, string][] = [
    ["accepts the user name and password", JANE, `${JANE.name}:${JANE.password}@`, 0, ""],
    ["is reported if it requires a password", JANE, "", 4, "the proxy requires a user name and password"],
    [
      "is reported if it rejects the password",
      JANE,
      "jane:an0therword@",
      4,
      "the proxy rejects the user name and password",
    ],
  ];
  for (const [what, user, given, exit, reason] of socks) {
    it(`that uses SOCKS5 ${what}`, async () => {
      const { address } = await proxyOf("microsocks", { user });
      const { code, stderr } = await run(["auth", "whoami"], { ALL_PROXY: `socks5://${given}${address}` });
      const shown = `socks5://${given.replace(/:.*@/, ":****@")}${address}`;
      assertEquals([code, stderr], [exit, exit === 0 ? "" : failure(shown, reason)]);
    });
  }

  it("that uses SOCKS5 is reported if it is down", async () => {
    const address = await stoppedProxy("microsocks");
    const { code, stderr } = await run(["auth", "whoami"], { ALL_PROXY: `socks5://${address}` });
    assertEquals([code, stderr], [4, failure(`socks5://${address}`, "can't reach the proxy")]);
  });

  it("that uses SOCKS5 is reported if it can't connect to the platform", async () => {
    const { address } = await proxyOf("microsocks");
    const env = { ALL_PROXY: `socks5://${address}`, FLUXLOOP_API_URL: `https://${HOST}:1` };
    const { code, stderr } = await run(["auth", "whoami"], env);
    assertEquals(code, 4);
    assertStringIncludes(stderr, `through the proxy socks5://${address}: the proxy can't connect to it\n`);
  });
});
