import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { Authority, type Certificate } from "../support/certificates.ts";
import { readDiagnosis } from "../support/diagnosis.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { base, fluxloop } from "../support/program.ts";
import { type Outcome, Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const HERE = "DNS:localhost,IP:127.0.0.1";
const ME = { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [] };

describe(`TLS connections with Deno ${base().deno}`, () => {
  let authority: Authority;
  let folder: string;
  let stop: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    authority = await Authority.create();
    folder = await Deno.makeTempDir();
  });
  afterAll(async () => {
    await authority.remove();
    await Deno.remove(folder, { recursive: true });
  });
  afterEach(async () => {
    await stop();
    removeTestHomes();
  });

  /** Starts a platform with this certificate. @returns Its API URL. */
  function serve(certificate: Certificate): string {
    const abort = new AbortController();
    const options = { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => {} };
    const server = Deno.serve({ ...options, ...certificate }, () => Response.json(ME));
    stop = async () => {
      abort.abort();
      await server.finished;
    };
    return `https://localhost:${server.addr.port}`;
  }

  /** Runs a command with the executable, whose TLS may differ, or in-process if that makes no difference. */
  type Runner = (url: string, args: string[], env?: Record<string, string>) => Promise<Outcome>;
  const environment = (url: string, env: Record<string, string> = {}) => ({
    FLUXLOOP_API_URL: url,
    FLUXLOOP_API_KEY: DOCUMENTED_KEY,
    ...env,
  });
  const compiled: Runner = (url, args, env) => fluxloop(args, { env: environment(url, env) });
  const here: Runner = (url, args, env) => new Session({ env: environment(url, env), now: new Date() }).run(args);
  const whoami = (url: string, args: string[] = [], env: Record<string, string> = {}, run = compiled) =>
    run(url, ["auth", "whoami", ...args], env);

  const trusted: [string, (file: string) => string[], (file: string) => Record<string, string>][] = [
    ["--ca-file", (file) => ["--ca-file", file], () => ({})],
    ["FLUXLOOP_CA_FILE", () => [], (file) => ({ FLUXLOOP_CA_FILE: file })],
    ["SSL_CERT_FILE", () => [], (file) => ({ SSL_CERT_FILE: file })],
    ["FLUXLOOP_CA_FILE from a .env file of Windows", () => [], (file) => ({ FLUXLOOP_CA_FILE: `${file}\r` })],
  ];
  for (const [what, args, env] of trusted) {
    it(`trust a private certificate authority from ${what}`, async () => {
      const url = serve(await authority.issue(HERE));
      const { code, stdout } = await whoami(url, args(authority.file), env(authority.file));
      assertEquals([code, stdout.split("\n")[0]], [0, "john@example.com"]);
    });
  }

  const rejected: [string, () => Promise<Certificate>, boolean, string][] = [
    [
      "a certificate from an unknown authority",
      () => authority.issue(HERE),
      false,
      "isn't signed by a trusted authority",
    ],
    [
      "an expired certificate",
      () => authority.issue(HERE, { until: -1 }),
      true,
      "has expired, or this machine's clock is wrong",
    ],
    [
      "a certificate that isn't valid yet",
      () => authority.issue(HERE, { from: 2 }),
      true,
      "is not valid yet, or this machine's clock is wrong",
    ],
    ["a certificate for another host", () => authority.issue("DNS:example.com"), true, "belongs to another host"],
    ["a self-signed certificate", () => authority.selfSigned(HERE), true, "is self-signed"],
    ["a client certificate", () => authority.issue(HERE, { isClient: true }), true, "isn't for servers"],
  ];
  for (const [what, issue, isKnown, problem] of rejected) {
    it(`reject ${what}, report the reason and don't retry`, async () => {
      const url = serve(await issue());
      const { code, stdout, stderr } = await whoami(url, ["-v", ...(isKnown ? ["--ca-file", authority.file] : [])]);
      assertEquals([code, stdout, stderr.split("\nGET ").length], [4, "", 1]);
      const { host } = new URL(url);
      assertStringIncludes(stderr, `\n\nFailed to connect to ${host}: its certificate ${problem}\n\n`);
    });
  }

  const doctor = async (url: string, env: Record<string, string> = {}) =>
    readDiagnosis(await here(url, ["auth", "doctor", "--json"], env));

  for (const [what, issue, isKnown, problem] of rejected) {
    it(`with ${what} are reported by the doctor`, async () => {
      const url = serve(await issue());
      const { code, last } = await doctor(url, isKnown ? { FLUXLOOP_CA_FILE: authority.file } : {});
      const { host } = new URL(url);
      const message = `Unable to connect to FluxLoop API at ${host}: its certificate ${problem}`;
      assertEquals([code, last.name, last.message], [4, "tls", message]);
    });
  }

  it("make the doctor warn only if the certificate expires soon", async () => {
    const env = { FLUXLOOP_CA_FILE: authority.file };
    const soon = await doctor(serve(await authority.issue(HERE, { until: 10 })), env);
    await stop();
    const late = await doctor(serve(await authority.issue(HERE, { until: 29 })), env);
    assertEquals([soon.code, soon.warnings, late.warnings], [0, ["tls"], []]);
  });

  it("fail with a server that speaks plain HTTP", async () => {
    const abort = new AbortController();
    const options = { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => {} };
    const server = Deno.serve(options, () => new Response("plain"));
    stop = async () => {
      abort.abort();
      await server.finished;
    };
    const { code, stderr } = await whoami(`https://127.0.0.1:${server.addr.port}`);
    assertEquals(code, 4);
    assertStringIncludes(stderr, ": the TLS handshake failed\n");
  });

  const alerts: [string, number][] = [["knows only older protocols", 70], ["doesn't know its own name", 112]];
  for (const [what, alert] of alerts) {
    it(`fail once, with the reason, where the server ${what}`, async () => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const serving = (async () => {
        for await (const connection of listener) {
          await connection.read(new Uint8Array(4096));
          await connection.write(Uint8Array.of(21, 3, 3, 0, 2, 2, alert)); // RFC 8446, section 6: a fatal alert.
          connection.close();
        }
      })();
      const { port } = listener.addr as Deno.NetAddr;
      const { code, stderr } = await whoami(`https://127.0.0.1:${port}`, ["-v"]);
      listener.close();
      await serving;
      assertEquals([code, stderr.split("\nGET ").length], [4, 1]);
      assertStringIncludes(stderr, ": the TLS handshake failed\n");
    });
  }

  const unusable: [string, (pem: string) => string | null, string][] = [
    ["doesn't exist", () => null, "no such file"],
    ["is empty", () => "", "it contains no PEM certificate"],
    ["contains no certificate", () => "hello", "it contains no PEM certificate"],
    ["is truncated before the end marker", (pem) => pem.slice(0, -40), "its certificate is incomplete"],
    ["lacks a line", (pem) => pem.split("\n").toSpliced(3, 1).join("\n"), "its certificate is damaged"],
  ];
  const origins: [string, (path: string) => [string[], Record<string, string>]][] = [
    ["--ca-file", (path) => [["--ca-file", path], {}]],
    ["FLUXLOOP_CA_FILE", (path) => [[], { FLUXLOOP_CA_FILE: path }]],
    ["SSL_CERT_FILE", (path) => [[], { SSL_CERT_FILE: path }]],
  ];
  for (const [what, content, reason] of unusable) {
    for (const [origin, optionsFor] of origins) {
      it(`aren't attempted if the file from ${origin} ${what}`, async () => {
        const path = `${folder}/${crypto.randomUUID()}`;
        const text = content(await Deno.readTextFile(authority.file));
        if (text !== null) await Deno.writeTextFile(path, text);
        const { code, stderr } = await whoami("https://localhost:1", ...optionsFor(path), here);
        const line = `❌ Error: Can't use the certificate file ${path} from ${origin}: ${reason}\n`;
        assertEquals([code, stderr], [2, line]);
      });
    }
  }

  const utf16 = (text: string) => new Uint8Array(Uint16Array.from(text, (it) => it.charCodeAt(0)).buffer);
  const readable: [string, (pem: string) => string | Uint8Array<ArrayBuffer>][] = [
    ["is UTF-16, as written by PowerShell", (pem) => utf16(`\ufeff${pem}`)],
    ["is indented", (pem) => pem.replaceAll(/^/gm, "    ")],
    ["starts with a byte order mark", (pem) => `\ufeff${pem}`],
    [
      "has Windows line endings and text around the certificate",
      (pem) => `subject=CN = Test CA\n${pem}\nend\n`.replaceAll("\n", "\r\n"),
    ],
  ];
  for (const [what, changed] of readable) {
    it(`accept a certificate file that ${what}`, async () => {
      const path = `${folder}/${crypto.randomUUID()}`;
      await Deno.writeFile(path, await new Response(changed(await Deno.readTextFile(authority.file))).bytes());
      assertEquals((await whoami(serve(await authority.issue(HERE)), ["--ca-file", path], {}, here)).code, 0);
    });
  }

  const ignored: [string, Record<string, string>][] = [
    ["an empty SSL_CERT_FILE", { SSL_CERT_FILE: "" }],
    ["an empty SSL_CERT_DIR", { SSL_CERT_DIR: "" }],
    ["a missing file in DENO_CERT", { DENO_CERT: "/nonexistent" }],
    ["a missing file in NODE_EXTRA_CA_CERTS", { NODE_EXTRA_CA_CERTS: "/nonexistent" }],
    ["an invalid DENO_TLS_CA_STORE", { DENO_TLS_CA_STORE: "nonsense" }],
  ];
  for (const [what, env] of ignored) {
    it(`work with ${what}`, async () => {
      const url = serve(await authority.issue(HERE));
      assertEquals((await whoami(url, ["--ca-file", authority.file], env)).code, 0);
    });
  }

  it("don't trust a certificate authority from DENO_CERT", async () => {
    const url = serve(await authority.issue(HERE));
    assertEquals((await whoami(url, [], { DENO_CERT: authority.file })).code, 4);
  });
});
