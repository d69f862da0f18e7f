import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { readDiagnosis } from "../support/diagnosed.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { DOCUMENTED_DAY, removeTestHomes, type WorldOptions } from "../support/world.ts";

let platform: TestPlatform;
const DOCTOR = ["auth", "doctor", "--json"];
const HOSTED = { FLUXLOOP_API_KEY: DOCUMENTED_KEY };

/** @returns What the doctor says of a session with these variables, by text or by what its home holds. */
async function faultOf(session: Session, options: WorldOptions = {}, args: string[] = []) {
  return readDiagnosis(await session.run([...DOCTOR, ...args], options), session.world.home, "hunter2");
}

describe("auth doctor and the configuration", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  const variables: [string, Record<string, string>, number, string, string][] = [
    [
      "a file of authorities that is not there",
      { FLUXLOOP_CA_FILE: "/nowhere.pem" },
      2,
      "configuration",
      "no such file",
    ],
    [
      "an invalid timeout",
      { FLUXLOOP_TIMEOUT: "soon" },
      2,
      "configuration",
      "FLUXLOOP_TIMEOUT must be a number of seconds",
    ],
    [
      "a key with white space in it",
      { FLUXLOOP_API_KEY: "two words" },
      2,
      "api_key",
      "FLUXLOOP_API_KEY contains white space",
    ],
    [
      "a file for the key that is not there",
      { FLUXLOOP_API_KEY: "", FLUXLOOP_API_KEY_FILE: "/nowhere" },
      2,
      "api_key",
      "no such",
    ],
    [
      "a platform over plain http",
      { ...HOSTED, FLUXLOOP_API_URL: "http://api.example.com" },
      2,
      "api_key",
      "plain http",
    ],
    ["a name that no profile can have", { FLUXLOOP_PROFILE: "../x" }, 2, "api_key", "FLUXLOOP_PROFILE"],
    ["an empty home", {}, 3, "api_key", "Not authenticated"],
    [
      "a proxy that is none",
      { ...HOSTED, HTTPS_PROXY: "ftp://jane:hunter2@proxy" },
      2,
      "proxy",
      "HTTPS_PROXY isn't a valid proxy address",
    ],
    [
      "a proxy whose name is not known",
      { ...HOSTED, HTTPS_PROXY: "http://jane:hunter2@proxy.invalid:3128" },
      4,
      "tcp",
      "can't resolve the proxy's name",
    ],
    [
      "a proxy that is down",
      { ...HOSTED, HTTPS_PROXY: "http://jane:hunter2@127.0.0.1:1" },
      4,
      "tcp",
      "can't reach the proxy",
    ],
    [
      "a SOCKS5 proxy that is down",
      { ...HOSTED, ALL_PROXY: "socks5://jane:hunter2@127.0.0.1:1" },
      4,
      "tcp",
      "can't reach the proxy",
    ],
  ];
  for (const [what, env, code, name, message] of variables) {
    it(`names ${what}`, async () => {
      const found = await faultOf(new Session({ env }));
      assertEquals([found.code, found.last.name, found.last.status], [code, name, "failure"]);
      assertStringIncludes(found.last.message, message);
    });
  }

  it("doesn't call a certificate valid that a proxy keeps out of sight", async () => {
    const env = { ...HOSTED, FLUXLOOP_API_URL: "https://api.example.com", HTTPS_PROXY: "http://127.0.0.1:1" };
    const fetch = () => Promise.reject(new TypeError("unsuccessful tunnel"));
    const found = await faultOf(new Session({ env, fetch, connect: () => Promise.resolve("") }));
    assertEquals([found.code, found.last.name], [4, "tls"]);
  });

  const files: [string, string, number, string][] = [
    ["is no YAML", `profiles:\n\tdefault: {api_key: ${DOCUMENTED_KEY}}\n`, 2, "isn't valid YAML (line 2, column 1"],
    ["isn't a credentials file", "[1, 2]\n", 2, "isn't a credentials file"],
    ["has a profile without a key", "profiles:\n  default:\n    account: john@example.com\n", 2, "has no api_key"],
    ["has other profiles", `profiles:\n  dev:\n    api_key: ${DOCUMENTED_KEY}\n`, 3, "Not authenticated"],
    [
      "chooses a profile that is not there",
      `default_profile: prod\nprofiles:\n  dev:\n    api_key: ${DOCUMENTED_KEY}\n`,
      5,
      'Profile "prod"',
    ],
    [
      "has an address that is none",
      `profiles:\n  default:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "ftp://x"\n`,
      2,
      "must start with https://",
    ],
  ];
  for (const [what, text, code, message] of files) {
    it(`reports a credentials file that ${what}`, async () => {
      const session = new Session();
      session.save(text);
      const found = await faultOf(session);
      assertEquals([found.code, found.last.name], [code, "api_key"]);
      assertStringIncludes(found.last.message, message);
    });
  }

  it("reports a key that was saved for another platform", async () => {
    const session = new Session({ env: { FLUXLOOP_API_URL: platform.url } });
    session.save(`profiles:\n  default:\n    api_key: ${DOCUMENTED_KEY}\n`);
    const found = await faultOf(session);
    assertEquals([found.code, found.last.name], [2, "api_key"]);
    assertStringIncludes(found.last.message, "is for https://api.fluxloop.ai and is not sent to");
  });

  const skews: [string, number, boolean][] = [
    ["two minutes ahead", 120, false],
    ["two minutes behind", -120, false],
    ["three minutes ahead", 180, true],
    ["three minutes behind", -180, true],
  ];
  for (const [what, seconds, named] of skews) {
    it(`${named ? "reports" : "ignores"} a clock that is ${what}`, async () => {
      const date = new Date(DOCUMENTED_DAY.getTime() - seconds * 1000).toUTCString();
      const fetch = () => Promise.resolve(Response.json({ account: {} }, { headers: { date } }));
      const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
      assertEquals((await faultOf(new Session({ env, fetch }))).warnings, named ? ["clock"] : []);
    });
  }
});

describe("auth doctor and exposed keys", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  /** A home that is a work tree with these files, in which the doctor looks. @returns What it says of the files. */
  async function filesIn(files: Record<string, string>, isWorkTree = true): Promise<string> {
    const session = new Session({ env: { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url } });
    const { home } = session.world;
    const tree: Record<string, string> = isWorkTree ? { ".git/HEAD": "ref: refs/heads/main\n" } : {};
    for (const [path, text] of Object.entries({ ...tree, ...files })) {
      const file = `${home}/${path}`;
      Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(file, text);
    }
    const outcome = await session.run(DOCTOR, { cwd: home });
    const { code, last } = readDiagnosis(outcome, home);
    assertEquals([code, last.name], [0, "exposed_keys"]);
    return last.message;
  }

  const assignment = `FLUXLOOP_API_KEY=${DOCUMENTED_KEY}\n`;
  const NONE = "none in .env files that Git would commit";
  const found = (places: string) => `the API key is in ${places}, which Git would commit`;

  const cases: [string, Record<string, string>, string][] = [
    ["none at all", {}, NONE],
    [".env", { ".env": `A=1\n${assignment}` }, found(".env:2")],
    [".env.local", { ".env.local": assignment }, found(".env.local:1")],
    [".envrc", { ".envrc": `export ${assignment}` }, found(".envrc:1")],
    ["a file that ends in .env", { "ci/prod.env": `KEY="${DOCUMENTED_KEY}"\n` }, found("ci/prod.env:1")],
    ["quotes and another name", { ".env": `# x\n\nOTHER='${DOCUMENTED_KEY}'` }, found(".env:3")],
    ["several folders", { ".env": assignment, "a/b/.env": assignment }, found(".env:1, a/b/.env:1")],
    ["a hostile name", { "a\u202eb/.env": assignment }, found("a\\u{202e}b/.env:1")],
    ["another key alone", { ".env": "FLUXLOOP_API_KEY=flux_dev_other\n" }, NONE],
    ["a file that git ignores", { ".env": assignment, ".gitignore": ".env\n" }, NONE],
    ["a folder that git ignores", { "secret/.env": assignment, ".gitignore": "/secret/\n" }, NONE],
    ["one that is ignored and another that is not", {
      ".env": assignment,
      ".env.example": assignment,
      ".gitignore": ".env*\n!.env.example\n",
    }, found(".env.example:1")],
    ["other people's folders", { "node_modules/x/.env": assignment }, NONE],
    ["a file of another kind", { "README.md": assignment }, NONE],
  ];
  for (const [what, files, message] of cases) {
    it(`finds exposed keys: ${what}`, async () => assertEquals(await filesIn(files), message));
  }

  it("ignores files outside of a work tree", async () => {
    assertEquals(await filesIn({ ".env": assignment }, false), NONE);
  });
});
