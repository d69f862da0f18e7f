import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { parseDocument } from "yaml";
import { AcceptingSession, LOGIN_KEY } from "../support/accepting_platform.ts";
import { parseYamlIndependently } from "../support/independent_yaml.ts";
import { removeTestHomes } from "../support/world.ts";

const KEY = "flux_dev_old00000000000000000000000000";
const MIB = 1024 * 1024;
const isLong = Deno.env.has("FLUXLOOP_TEST_LONG");
/** Multiplies the repetitions in the long tests. */
const SCALE = isLong ? 10 : 1;
/** Profiles in a large file; about 10 MB in the long tests. */
const PROFILES = isLong ? 60_000 : 3_000;
/** The factor by which a file may grow when a login adds a profile. */
const GROWTH = 4;

/** @returns Lines `a0: &a0 …`, `a1: &a1 …` and so on; each one expands to nine times the one before. */
function laughs(levels: number, first: string, next: (alias: string) => string): string {
  const lines = Array.from(
    { length: levels },
    (_, level) => `a${level}: &a${level} ${level === 0 ? first : next(`*a${level - 1}`)}`,
  );
  return lines.join("\n") + "\n";
}
const nine = (item: (index: number) => string) => Array.from({ length: 9 }, (_, index) => item(index)).join(", ");
const listOfNine = (alias: string) => `[${nine(() => alias)}]`;
const mappingOfNine = (alias: string) => `{${nine((index) => `k${index}: ${alias}`)}}`;
const good = `profiles:\n  default:\n    api_key: ${KEY}\n`;
const profiles = (count: number) =>
  "profiles:\n" + Array.from({ length: count }, (_, index) => {
    const account = `${"j".repeat(99)}@example.com`;
    return `  p${index}:\n    api_key: flux_dev_${String(index).padStart(30, "0")}\n    account: ${account}\n`;
  }).join("");

/** Small files that expand to huge values, and large files. */
const HOSTILE: readonly { what: string; content: string }[] = [
  { what: "a billion laughs in lists", content: laughs(40, "[ha, ha]", listOfNine) + good },
  { what: "a billion laughs in mappings", content: laughs(40, "{ha: ha}", mappingOfNine) + good },
  {
    what: "a billion laughs in a profile's fields",
    content: `${laughs(40, "{ha: ha}", mappingOfNine)}${good}    more: *a39\n  laughing: *a39\n`,
  },
  { what: "lists nested just below the limit", content: `a: ${"[".repeat(500)}${"]".repeat(500)}\n${good}` },
  { what: "thousands of aliases", content: `z: &z [1]\na: [${"*z, ".repeat(3_000 * SCALE)}]\n${good}` },
  { what: "thousands of anchors", content: `a: [${"&z [], ".repeat(3_000 * SCALE)}]\n${good}` },
  { what: "tens of thousands of empty lines", content: "\n".repeat(20_000 * SCALE) + good },
  { what: "a very long line of quotes", content: `a: '${"''".repeat(100_000 * SCALE)}'\n${good}` },
  { what: "lines of spaces and tabs", content: `${" ".repeat(1_000)}${"\t".repeat(1_000)}\n`.repeat(500) + good },
  {
    what: "thousands of comments",
    content: `${good}${"    a: b\n".repeat(1)}${"x: y\n".repeat(1)}${"# z\n".repeat(5_000 * SCALE)}`,
  },
  { what: "a very long key", content: `${"k".repeat(100_000 * SCALE)}: x\n${good}` },
];

describe("a hostile credentials file", () => {
  afterEach(removeTestHomes);

  for (const { what, content } of HOSTILE) {
    it(`with ${what} is read, and a login either leaves it unchanged or grows it at most ${GROWTH}-fold`, async () => {
      const session = new AcceptingSession(content);
      assertEquals((await session.run(["auth", "token"])).stdout, `${KEY}\n`);
      assertEquals((await session.run(["auth", "list"])).code, 0);
      const { code } = await session.login();
      if (code === 2) return assertEquals(session.saved(), content);
      assertEquals([code, (await session.run(["auth", "token"])).stdout], [0, `${KEY}\n`]);
      assertEquals((await session.run(["auth", "token", "--profile", "new"])).stdout, `${LOGIN_KEY}\n`);
      const written = session.saved()!;
      assertEquals(
        written.length < GROWTH * content.length + 1_000,
        true,
        `${content.length} became ${written.length}`,
      );
    });
  }

  it("keeps its nested aliases when it is written", async () => {
    const session = new AcceptingSession(laughs(3, "[ha, ha]", listOfNine) + good);
    const before = parseDocument(session.saved()!).toJS({ maxAliasCount: -1 });
    await session.login();
    await session.run(["auth", "logout", "--profile", "new"]);
    assertEquals(parseDocument(session.saved()!).toJS({ maxAliasCount: -1 }), before);
  });

  for (const command of ["login", "logout"] as const) {
    it(`with two profiles that share a mapping has only one of them changed by ${command}`, async () => {
      const session = new AcceptingSession(
        `common: &c {api_key: ${KEY}, team: x}\nprofiles: &p\n  default: *c\n  other: *c\nbackup: *p\n`,
      );
      const fields = new Map([["api_key", KEY], ["team", "x"]]);
      const profiles = new Map([["default", fields], ["other", fields]]);
      assertEquals(
        (command === "login" ? await session.login("other") : await session.run(["auth", "logout"])).code,
        0,
      );
      const changed = command === "login"
        ? new Map<string, unknown>([["api_key", LOGIN_KEY], ["team", "x"], ["account", "jane@example.com"]])
        : undefined;
      const after = changed === undefined
        ? new Map([["other", fields]])
        : new Map([["default", fields], ["other", changed]]);
      const expected = new Map<string, unknown>([["common", fields], ["profiles", after], ["backup", profiles]]);
      assertEquals(parseYamlIndependently(session.saved()!), expected);
    });
  }

  for (const [what, comment] of [["in fluxloop's own format", ""], ["with a comment", "# mine\n"]]) {
    it(`with ${PROFILES} profiles, ${what}, keeps all of them`, async () => {
      const session = new AcceptingSession(comment + profiles(PROFILES));
      assertEquals((await session.run(["auth", "token", "--profile", "p7"])).code, 0);
      assertEquals((await session.login()).code, 0);
      const written = session.saved()!;
      assertEquals(written.match(/^ {2}\w+:$/gm)!.length, PROFILES + 1);
      assertEquals((await session.run(["auth", "token", "--profile", `p${PROFILES - 1}`])).code, 0);
    });
  }

  // A file that is too large to read again must not be written.
  const almost = [
    ...(isLong
      ? [{
        what: "just below the size limit",
        content: `${good}more: "${"x".repeat(16 * MIB - good.length - 20)}"\n`,
      }]
      : []),
    {
      what: "with a comment that ends just below the size limit",
      content: `${good}# ${"x".repeat(16 * MIB - good.length - 20)}\n`,
    },
  ];
  for (const { what, content } of almost) {
    it(`${what} is still readable after a login, or the login fails`, async () => {
      const session = new AcceptingSession(content);
      const before = session.fingerprint();
      const { code } = await session.login();
      assertEquals((await session.run(["auth", "token"])).stdout, `${KEY}\n`);
      if (code === 2) assertEquals(session.fingerprint(), before);
      else assertEquals(code, 0);
    });
  }
});
