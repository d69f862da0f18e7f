import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { AcceptingSession, LOGIN_KEY } from "../support/accepting_platform.ts";
import { parseYamlIndependently } from "../support/independent_yaml.ts";
import { removeTestHomes } from "../support/world.ts";

const KEY = "flux_dev_old00000000000000000000000000";
/** @returns A file with a valid profile, followed by `rest`. */
const after = (rest: string) => `profiles:\n  default:\n    api_key: ${KEY}\n${rest}`;

/** Readable files with the key of their profile `default`, if any. */
const READABLE: readonly { what: string; content: string; key: string | null }[] = [
  { what: "no content", content: "", key: null },
  { what: "only empty lines", content: "\n\r\n \n", key: null },
  { what: "only a comment", content: "# nothing yet\n", key: null },
  { what: "only a byte-order mark", content: "\ufeff", key: null },
  { what: "`profiles:` without a value", content: "profiles:\n", key: null },
  { what: "`profiles: null`", content: "default_profile: x\nprofiles: null\n", key: null },
  { what: "`profiles: {}`", content: "profiles: {}\n", key: null },
  { what: "a null document", content: "null\n", key: null },
  { what: "Windows line endings", content: after("    account: me\n").replaceAll("\n", "\r\n"), key: KEY },
  { what: "a byte-order mark", content: `\ufeff${after("")}`, key: KEY },
  {
    what: "a byte-order mark and Windows line endings",
    content: `\ufeff${after("")}`.replaceAll("\n", "\r\n"),
    key: KEY,
  },
  { what: "classic Mac OS line endings", content: after("").replaceAll("\n", "\r"), key: KEY },
  { what: "no final newline", content: after("").trimEnd(), key: KEY },
  { what: "comments", content: `# mine\n${after("    # not to be shared\n")}# the end\n`, key: KEY },
  {
    what: "tabs around values and in empty lines",
    content: `profiles:\t# mine\n\t\n  default:\n    api_key:\t${KEY}\t\n`,
    key: KEY,
  },
  { what: "quotes", content: `"profiles":\n  'default':\n    "api_key": '${KEY}'\n`, key: KEY },
  { what: "JSON", content: JSON.stringify({ profiles: { default: { api_key: KEY } } }, null, 2), key: KEY },
  { what: "document markers", content: `%YAML 1.2\n---\n${after("")}...\n`, key: KEY },
  { what: "an unquoted date", content: after("    expires: 2024-04-15\n    created: 2024-01-16\n"), key: KEY },
  {
    what: "anchors and aliases",
    content: `it: &it ${KEY}\nprofiles:\n  default: &d {api_key: *it}\n  b: *d\n`,
    key: KEY,
  },
];

/** Values where a non-empty string is expected. */
const NOT_STRINGS = ["12", "1.5", "true", "null", "[a, b]", "{a: b}", "[]", "{}", '""'];
const BUILT_IN = ["constructor", "toString", "hasOwnProperty", "valueOf", "prototype", "length", "__proto__"];

/** Content that a login and a logout of another profile must preserve. */
const UNKNOWN: readonly { what: string; content: string }[] = [
  {
    what: "unknown fields at every level",
    content: `theme: {a: [1, {b: c}]}\n${after("    team: [x]\n")}  other: {x: y}\nz: 1\n`,
  },
  { what: "profiles that aren't mappings", content: after("  a: text\n  b: [1, 2]\n  c:\n  d: 5\n  e: false\n") },
  {
    what: "strings that look like other types",
    content: after(`    a: "1"\n    b: "true"\n    c: "null"\n    d: "~"\n    e: ""\n`),
  },
  {
    what: "leading and trailing whitespace",
    content: after(`    a: " x "\n    b: "\\n"\n    c: "x\\n\\n"\n    d: "\\tx\\r\\ny"\n`),
  },
  {
    what: "multi-line strings",
    content: after("    a: |\n      x\n       y\n\n    b: >+\n      x\n      y\n\n    c: |-\n      x\n"),
  },
  {
    what: "special characters",
    content: after(`    a: "\\u2028\\0\\x07\\U0001F600 é \\ufeff"\n    "b: c": "# d"\n    "'": '"'\n`),
  },
  {
    what: "strings that start like YAML syntax",
    content: after(`    a: "- x"\n    b: "*x"\n    c: "!x"\n    d: "<<"\n    e: "--- x"\n`),
  },
  {
    what: "numbers",
    content: after("    a: 1.10\n    b: 0x1F\n    c: -0\n    d: .inf\n    e: -.INF\n    f: .nan\n    g: 1e3\n"),
  },
  { what: "64-bit integers", content: after("    team_id: 12345678901234567890\n") },
  {
    what: "a 20-digit number as a profile name",
    content: after(`  12345678901234567890:\n    api_key: ${KEY}\n`),
  },
  { what: "numbers that only YAML 1.1 knows", content: after("    a: 1_000\n    b: 0b11\n    c: 12:30:45\n") },
  { what: "a quoted octal number", content: after(`    a: "0o17"\n  "0o7":\n    api_key: ${KEY}\n`) },
  {
    what: "booleans that only YAML 1.1 knows",
    content: after("    a: yes\n    b: No\n    c: on\n    d: y\n    yes: n\n"),
  },
  { what: "dates", content: after("    a: 2024-04-15\n    b: 2001-12-14t21:59:43.10-05:00\n    2024-01-01: x\n") },
  {
    what: "null in every notation",
    content: after("    a: ~\n    b: null\n    c: NULL\n    d:\n    e: [~, {}, []]\n"),
  },
  { what: "a merge key", content: `base: &base {team: x}\n${after("  other:\n    <<: *base\n    api_key: y\n")}` },
  { what: "aliases", content: `x: &x [1, {a: b}]\ny: *x\nz: {k: *x}\n${after("    t: &t text\n    u: *t\n")}` },
  { what: "an alias of null", content: after("    a: &a\n    b: *a\n") },
  {
    what: "names of JavaScript built-ins",
    content: after(`  __proto__: {api_key: a}\n  constructor: {__proto__: {b: 1}}\n`),
  },
  { what: "a mapping as a key", content: after("    ? {a: b}\n    : c\n") },
  { what: "a list as a key", content: after("    ? [a, b]\n    : c\n") },
];

describe("an unusual credentials file", () => {
  afterEach(removeTestHomes);

  for (const { what, content, key } of READABLE) {
    it(`with ${what} is read, and a login adds its profile`, async () => {
      const session = new AcceptingSession(content);
      const { code, stdout } = await session.run(["auth", "token"]);
      assertEquals([code, stdout], key === null ? [content.includes("_profile") ? 5 : 3, ""] : [0, `${key}\n`]);
      assertEquals((await session.run(["auth", "list"])).code, 0);
      assertEquals((await session.login()).code, 0);
      assertEquals((await session.run(["auth", "token", "--profile", "new"])).stdout, `${LOGIN_KEY}\n`);
      if (key !== null) assertEquals((await session.run(["auth", "token", "--profile", "default"])).stdout, `${key}\n`);
      parseYamlIndependently(session.saved()!);
    });
  }

  for (const { what, content } of UNKNOWN) {
    it(`with ${what} keeps its content through a login and logout of another profile, or isn't changed`, async () => {
      const session = new AcceptingSession(content);
      const before = parseYamlIndependently(content);
      const { code } = await session.login();
      if (code === 2) return assertEquals(session.saved(), content);
      assertEquals([code, (await session.run(["auth", "logout", "--profile", "new"])).code], [0, 0]);
      assertEquals(parseYamlIndependently(session.saved()!), before, session.saved()!);
    });
  }

  for (const value of NOT_STRINGS) {
    it(`with ${value} in place of strings ignores and keeps the values`, async () => {
      const content = after(`    account: ${value}\n    expires: ${value}\n    key_id: ${value}\n`);
      const session = new AcceptingSession(`default_profile: ${value}\n${content}`);
      const before = parseYamlIndependently(session.saved()!);
      for (const args of [["list"], ["token"], ["status"], ["status", "--all"]]) {
        const { code, stderr } = await session.run(["auth", ...args]);
        assertEquals([code, stderr], [0, ""]);
      }
      await session.login();
      await session.run(["auth", "logout", "--profile", "new"]);
      assertEquals(parseYamlIndependently(session.saved()!), before);
    });

    it(`with api_key: ${value} reports that profile and lists the others`, async () => {
      const session = new AcceptingSession(after(`  odd:\n    api_key: ${value}\n`));
      const { code, stderr } = await session.run(["auth", "token", "--profile", "odd"]);
      assertEquals(code, 2);
      assertStringIncludes(
        stderr,
        'Profile "odd" in ~/.fluxloop/credentials has no api_key; log in again: fluxloop auth login --profile odd',
      );
      assertStringIncludes((await session.run(["auth", "list"])).stdout, "default");
      assertEquals((await session.login("odd")).code, 0);
    });
  }

  // The platform that the key was saved for is unknown, so the key must not be sent to the hosted one.
  for (const value of ["12", "true", "[a, b]", "{a: b}", "not a URL", "http://example.com"]) {
    it(`with api_url: ${value} doesn't send the key anywhere`, async () => {
      const session = new AcceptingSession(after(`    api_url: ${value}\n`));
      const { code } = await session.run(["auth", "status"]);
      assertEquals([code, session.requestedHosts], [2, []]);
    });
  }

  for (const name of BUILT_IN) {
    it(`accepts a profile named ${name}`, async () => {
      const session = new AcceptingSession(after(`  ${name}:\n    api_key: flux_dev_${name}\n    x: 1\n`));
      const { profiles } = JSON.parse((await session.run(["auth", "list", "--json"])).stdout);
      assertEquals(profiles.map((it: { name: string }) => it.name), ["default", name]);
      const before = parseYamlIndependently(session.saved()!);
      await session.login();
      await session.run(["auth", "logout", "--profile", "new"]);
      assertEquals(parseYamlIndependently(session.saved()!), before);
    });
  }

  // Each is a number, a date or a boolean in some version of YAML.
  for (
    const name of [
      "0o7",
      "0x1F",
      "0b11",
      "007",
      "1_000",
      "1e3",
      "1.5",
      "12345678901234567890",
      "2024-01-01",
      "true",
      "No",
    ]
  ) {
    it(`keeps ${name} as a profile name`, async () => {
      const session = new AcceptingSession("");
      await session.login(name);
      const { profiles } = JSON.parse((await session.run(["auth", "list", "--json"])).stdout);
      assertEquals(profiles.map((it: { name: string }) => it.name), [name]);
      const independently = parseYamlIndependently(session.saved()!) as Map<string, Map<string, unknown>>;
      assertEquals([...independently.get("profiles")!.keys()], [name]);
    });
  }

  for (const version of ["2", "1.5", '"2"', "next", "{a: b}"]) {
    it(`with version: ${version} is read but not changed`, async () => {
      const session = new AcceptingSession(`version: ${version}\n${after("")}`);
      const before = session.fingerprint();
      assertEquals((await session.run(["auth", "token"])).stdout, `${KEY}\n`);
      for (const args of [["login", "--api-key", LOGIN_KEY], ["logout"], ["logout", "--all"], ["switch", "default"]]) {
        const { code, stderr } = await session.run(["auth", ...args]);
        assertEquals(code, 2, args[0]);
        assertStringIncludes(
          stderr,
          "was written by a newer version of fluxloop and was not changed. Upgrade fluxloop.",
        );
      }
      assertEquals(session.fingerprint(), before);
    });
  }
});
