import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { readDiagnosis } from "../support/diagnosis.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { DOCUMENTED_DAY, removeTestHomes, type WorldOptions } from "../support/world.ts";

let platform: TestPlatform;
const DOCTOR = ["auth", "doctor", "--json"];
const HOSTED = { FLUXLOOP_API_KEY: DOCUMENTED_KEY };

/** Runs the doctor and asserts that it doesn't show the proxy's password. */
async function diagnose(session: Session, options: WorldOptions = {}, args: string[] = []) {
  return readDiagnosis(await session.run([...DOCTOR, ...args], options), session.world.home, "hunter2");
}

describe("auth doctor with a configuration error", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  const variables: [string, Record<string, string>, number, string, string][] = [
    [
      "a missing certificate file",
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
      "a key with white space",
      { FLUXLOOP_API_KEY: "two words" },
      2,
      "api_key",
      "FLUXLOOP_API_KEY contains white space",
    ],
    [
      "a missing key file",
      { FLUXLOOP_API_KEY: "", FLUXLOOP_API_KEY_FILE: "/nowhere" },
      2,
      "api_key",
      "no such",
    ],
    [
      "a plain http API URL",
      { ...HOSTED, FLUXLOOP_API_URL: "http://api.example.com" },
      2,
      "api_key",
      "plain http",
    ],
    ["an invalid profile name", { FLUXLOOP_PROFILE: "../x" }, 2, "api_key", "FLUXLOOP_PROFILE"],
    ["a missing login", {}, 3, "api_key", "Not authenticated"],
    [
      "an invalid proxy address",
      { ...HOSTED, HTTPS_PROXY: "ftp://jane:hunter2@proxy" },
      2,
      "proxy",
      "HTTPS_PROXY isn't a valid proxy address",
    ],
    [
      "a proxy whose name can't be resolved",
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
    it(`reports ${what}`, async () => {
      const found = await diagnose(new Session({ env }));
      assertEquals([found.code, found.last.name, found.last.status], [code, name, "failure"]);
      assertStringIncludes(found.last.message, message);
    });
  }

  it("doesn't report a certificate as valid if a proxy hides it", async () => {
    const env = { ...HOSTED, FLUXLOOP_API_URL: "https://api.example.com", HTTPS_PROXY: "http://127.0.0.1:1" };
    const fetch = () => Promise.reject(new TypeError("unsuccessful tunnel"));
    const found = await diagnose(new Session({ env, fetch, connect: () => Promise.resolve("") }));
    assertEquals([found.code, found.last.name], [4, "tls"]);
  });

  const files: [string, string, number, string][] = [
    ["isn't YAML", `profiles:\n\tdefault: {api_key: ${DOCUMENTED_KEY}}\n`, 2, "isn't valid YAML (line 2, column 1"],
    ["is a list", "[1, 2]\n", 2, "isn't a credentials file"],
    ["has a profile without a key", "profiles:\n  default:\n    account: john@example.com\n", 2, "has no api_key"],
    ["has only other profiles", `profiles:\n  dev:\n    api_key: ${DOCUMENTED_KEY}\n`, 3, "Not authenticated"],
    [
      "selects a missing profile",
      `default_profile: prod\nprofiles:\n  dev:\n    api_key: ${DOCUMENTED_KEY}\n`,
      5,
      'Profile "prod"',
    ],
    [
      "has an invalid API URL",
      `profiles:\n  default:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "ftp://x"\n`,
      2,
      "must start with https://",
    ],
  ];
  for (const [what, text, code, message] of files) {
    it(`reports a credentials file that ${what}`, async () => {
      const session = new Session();
      session.save(text);
      const found = await diagnose(session);
      assertEquals([found.code, found.last.name], [code, "api_key"]);
      assertStringIncludes(found.last.message, message);
    });
  }

  it("reports a key saved for another platform", async () => {
    const session = new Session({ env: { FLUXLOOP_API_URL: platform.url } });
    session.save(`profiles:\n  default:\n    api_key: ${DOCUMENTED_KEY}\n`);
    const found = await diagnose(session);
    assertEquals([found.code, found.last.name], [2, "api_key"]);
    assertStringIncludes(found.last.message, "is for https://api.fluxloop.ai and is not sent to");
  });

  const skews: [string, number, boolean][] = [
    ["two minutes ahead", 120, false],
    ["two minutes behind", -120, false],
    ["three minutes ahead", 180, true],
    ["three minutes behind", -180, true],
  ];
  for (const [what, seconds, isReported] of skews) {
    it(`${isReported ? "reports" : "ignores"} a clock that is ${what}`, async () => {
      const date = new Date(DOCUMENTED_DAY.getTime() - seconds * 1000).toUTCString();
      const fetch = () => Promise.resolve(Response.json({ account: {} }, { headers: { date } }));
      const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
      assertEquals((await diagnose(new Session({ env, fetch }))).warnings, isReported ? ["clock"] : []);
    });
  }
});

describe("auth doctor's search for exposed keys", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  /** Runs the doctor in a folder with these files. @returns Its message about exposed keys. */
  async function messageFor(files: Record<string, string>, isWorkTree = true): Promise<string> {
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
    ["an empty work tree", {}, NONE],
    [".env", { ".env": `A=1\n${assignment}` }, found(".env:2")],
    [".env.local", { ".env.local": assignment }, found(".env.local:1")],
    [".envrc", { ".envrc": `export ${assignment}` }, found(".envrc:1")],
    ["a file whose name ends in .env", { "ci/prod.env": `KEY="${DOCUMENTED_KEY}"\n` }, found("ci/prod.env:1")],
    ["a quoted value of another variable", { ".env": `# x\n\nOTHER='${DOCUMENTED_KEY}'` }, found(".env:3")],
    ["several folders", { ".env": assignment, "a/b/.env": assignment }, found(".env:1, a/b/.env:1")],
    ["a folder with a hostile name", { "a\u202eb/.env": assignment }, found("a\\u{202e}b/.env:1")],
    ["a file with another key", { ".env": "FLUXLOOP_API_KEY=flux_dev_other\n" }, NONE],
    ["an ignored file", { ".env": assignment, ".gitignore": ".env\n" }, NONE],
    ["an ignored folder", { "secret/.env": assignment, ".gitignore": "/secret/\n" }, NONE],
    ["a file that .gitignore includes again", {
      ".env": assignment,
      ".env.example": assignment,
      ".gitignore": ".env*\n!.env.example\n",
    }, found(".env.example:1")],
    ["node_modules", { "node_modules/x/.env": assignment }, NONE],
    ["another kind of file", { "README.md": assignment }, NONE],
  ];
  for (const [what, files, message] of cases) {
    it(`finds ${message === NONE ? "nothing" : "the key"} in ${what}`, async () =>
      assertEquals(await messageFor(files), message));
  }

  it("ignores files outside a work tree", async () => {
    assertEquals(await messageFor({ ".env": assignment }, false), NONE);
  });
});
