import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { Authority, type Certificate } from "../support/certificates.ts";
import { diagnosed } from "../support/diagnosed.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { base, fluxloop } from "../support/program.ts";

const HERE = "DNS:localhost,IP:127.0.0.1";
const ME = { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [] };

describe(`secure connections, on the base of Deno ${base().deno}`, () => {
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
  afterEach(() => stop());

  /** Serves a platform's answer with this certificate. @returns Its API URL. */
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

  const whoami = (url: string, args: string[] = [], env: Record<string, string> = {}) =>
    fluxloop(["auth", "whoami", ...args], { env: { FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: DOCUMENTED_KEY, ...env } });

  const trusted: [string, (file: string) => string[], (file: string) => Record<string, string>][] = [
    ["--ca-file", (file) => ["--ca-file", file], () => ({})],
    ["FLUXLOOP_CA_FILE", () => [], (file) => ({ FLUXLOOP_CA_FILE: file })],
    ["SSL_CERT_FILE", () => [], (file) => ({ SSL_CERT_FILE: file })],
  ];
  for (const [what, args, env] of trusted) {
    it(`trust a private authority that ${what} names`, async () => {
      const url = serve(await authority.issue(HERE));
      const { code, stdout } = await whoami(url, args(authority.file), env(authority.file));
      assertEquals([code, stdout.split("\n")[0]], [0, "john@example.com"]);
    });
  }

  const refused: [string, () => Promise<Certificate>, boolean, string][] = [
    ["of an unknown authority", () => authority.issue(HERE), false, "is not signed by an authority known here"],
    ["that has expired", () => authority.issue(HERE, -1), true, "has expired or is not valid yet"],
    ["of another host", () => authority.issue("DNS:example.com"), true, "belongs to another host"],
    ["that is self-signed", () => authority.selfSigned(HERE), true, "is self-signed"],
  ];
  for (const [what, make, isKnown, sentence] of refused) {
    it(`are not made with a certificate ${what}, which is told, and tried once`, async () => {
      const url = serve(await make());
      const { code, stdout, stderr } = await whoami(url, ["-v", ...(isKnown ? ["--ca-file", authority.file] : [])]);
      assertEquals([code, stdout, stderr.split("\nGET ").length], [4, "", 1]);
      const { host } = new URL(url);
      assertStringIncludes(stderr, `\n\nFailed to connect to ${host}: its certificate ${sentence}\n\n`);
    });
  }

  const doctor = async (url: string, env: Record<string, string> = {}) =>
    diagnosed(
      await fluxloop(["auth", "doctor", "--json"], {
        env: { FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: DOCUMENTED_KEY, ...env },
      }),
    );

  for (const [what, make, isKnown, sentence] of refused) {
    it(`are named by the doctor when the certificate is one ${what}`, async () => {
      const url = serve(await make());
      const { code, last } = await doctor(url, isKnown ? { FLUXLOOP_CA_FILE: authority.file } : {});
      const { host } = new URL(url);
      const message = `Unable to connect to FluxLoop API: ${host}: its certificate ${sentence}`;
      assertEquals([code, last.name, last.message], [4, "tls", message]);
    });
  }

  it("are told of by the doctor with the authority, and the days that are left", async () => {
    const env = { FLUXLOOP_CA_FILE: authority.file };
    const soon = await doctor(serve(await authority.issue(HERE, 10)), env);
    await stop();
    const late = await doctor(serve(await authority.issue(HERE, 29)), env);
    assertEquals([soon.code, soon.warnings, late.warnings], [0, ["tls"], []]);
  });

  it("are not made with a server that speaks plain http", async () => {
    const abort = new AbortController();
    const options = { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => {} };
    const server = Deno.serve(options, () => new Response("plain"));
    stop = async () => {
      abort.abort();
      await server.finished;
    };
    const { code, stderr } = await whoami(`https://127.0.0.1:${server.addr.port}`);
    assertEquals(code, 4);
    assertStringIncludes(stderr, ": no secure connection could be made\n");
  });

  const files: [string, string | null, string][] = [
    ["is not there", null, "there is no such file"],
    ["holds no certificate", "hello", "holds no certificate in PEM form"],
  ];
  for (const [what, text, sentence] of files) {
    it(`say which file of authorities ${what}, and are not tried`, async () => {
      const path = `${folder}/${crypto.randomUUID()}`;
      if (text !== null) await Deno.writeTextFile(path, text);
      const { code, stderr } = await whoami("https://localhost:1", ["--ca-file", path]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, `${path}, named by --ca-file`);
      assertStringIncludes(stderr, sentence);
    });
  }
});
