import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { type LocalPlatform, startLocalPlatform } from "../../src/embedded_platform/server.ts";
import { Authority, type Certificate } from "../support/certificates.ts";
import { type CountedServer, type ServerKind, startCountedServer } from "../support/counted_server.ts";
import { listen } from "../support/listener.ts";
import { base, fluxloop } from "../support/program.ts";
import { type Outcome, Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

describe(`connection reuse with Deno ${base().deno}`, () => {
  let authority: Authority;
  let certificate: Certificate;
  let platform: LocalPlatform;
  let server: CountedServer;
  let home: string;

  beforeAll(async () => {
    authority = await Authority.create();
    certificate = await authority.issue("IP:127.0.0.1");
  });
  afterAll(() => authority.remove());
  afterEach(async () => {
    await server.stop();
    await platform.stop();
    removeTestHomes();
    await Deno.remove(home, { recursive: true });
  });

  /** Starts a platform behind a server that counts connections, and saves two profiles for it. */
  async function serve(kind: ServerKind, handler = forward): Promise<void> {
    const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
    platform = await startLocalPlatform({ port: 0, dataDir: null, now: () => new Date(), random });
    server = await startCountedServer(certificate, kind, handler);
    home = await Deno.makeTempDir();
    const profile = (name: string) => `  ${name}:\n    api_url: ${server.url}\n    api_key: ${platform.apiKey}\n`;
    const text = `profiles:\n${profile("default")}${profile("other")}`;
    await Deno.writeTextFile(`${home}/credentials`, text, { mode: 0o600 });
  }
  /** Forwards a request to the platform, which accepts only its own host name. */
  async function forward(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.body === null ? null : await request.arrayBuffer();
    return await fetch(`${platform.url}${pathname}${search}`, { method: request.method, headers, body });
  }
  const run = (args: readonly string[]): Promise<Outcome> =>
    fluxloop([...args, "--ca-file", authority.file], { env: { FLUXLOOP_HOME: home }, cwd: home });

  const commands: [string, string[]][] = [
    ["auth status", ["GET /api/auth/me"]],
    ["auth status --all", ["GET /api/auth/me", "GET /api/auth/me"]],
    ["apikeys list", ["GET /api/api-keys", "GET /api/auth/me"]],
    ["apikeys create --name ci --save --profile other", ["POST /api/api-keys", "GET /api/auth/me"]],
    ["apikeys delete key_1 --yes", ["GET /api/api-keys", "DELETE /api/api-keys/key_1"]],
    [
      "auth rotate",
      [
        "GET /api/auth/me",
        "GET /api/api-keys",
        "POST /api/api-keys",
        "GET /api/auth/me",
        "DELETE /api/api-keys/key_1",
      ],
    ],
  ];
  for (const kind of ["HTTP/2", "HTTP/1.1"] as const) {
    for (const [command, requests] of commands) {
      it(`uses one connection for \`${command}\` over ${kind}`, async () => {
        await serve(kind);
        const { code, stderr } = await run(command.split(" "));
        assertEquals([code, server.requests, server.connections, server.handshakes], [0, requests, 1, 1], stderr);
      });
    }
  }

  it("uses one connection for a test with inputs from the platform and an upload in 20 parts", async () => {
    await serve("HTTP/2");
    // So large that each part holds only one run.
    const agent = listen(() => Response.json({ said: "x".repeat(200 * 1024) }));
    await Deno.writeTextFile(
      `${home}/fluxloop.yaml`,
      JSON.stringify({
        name: "bot",
        runner: { http: { url: agent.url, stream_output_path: "$.said" } },
        iterations: 20,
      }),
    );
    const { code, stderr } = await run(["test", "--bundle-version-id", "bv_1", "--filter", "Norway"]);
    await agent.stop();
    const parts = server.requests.filter((it) => it === "POST /api/sync/upload").length;
    assertEquals([code, parts, server.connections, server.handshakes], [0, 20, 1, 1], stderr);
  });

  it("reconnects if the server closes the connection after each response", async () => {
    await serve("HTTP/1.1, closing after each response");
    const { code, stderr } = await run(["auth", "rotate"]);
    assertEquals([code, server.connections], [0, 5], stderr);
  });

  /** Responds to a browser login, which is approved at the third poll. */
  function respondToLogin(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const polls = server.requests.filter((it) => it === "POST /api/cli-connect/complete").length;
    const tokens = { access_token: "fluxat_access", refresh_token: "fluxrt_refresh" };
    const responses: Record<string, unknown> = {
      "/api/cli-connect/start": {
        device_code: "secret",
        user_code: "BCDF-GHJK",
        verification_url: `${server.url}/connect`,
        expires_in: 600,
      },
      "/api/cli-connect/complete": polls < 3 ? { status: "pending" } : { status: "approved", credential: tokens },
      "/api/auth/me": { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [] },
    };
    return Promise.resolve(Response.json(responses[pathname]));
  }
  const logIn = (): Promise<Outcome> =>
    new Session().run(["auth", "login", "--web", "--api-url", server.url, "--ca-file", authority.file]);

  it("uses one connection for all requests of a browser login", async () => {
    await serve("HTTP/2", respondToLogin);
    const { code, stderr } = await logIn();
    assertEquals([code, server.requests.length, server.connections, server.handshakes], [0, 5, 1, 1], stderr);
  });

  it("reconnects if the server closes the connection between two polls", async () => {
    await serve("HTTP/1.1, closing after each response", respondToLogin);
    const { code, stdout, stderr } = await logIn();
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "Successfully authenticated");
  });
});
