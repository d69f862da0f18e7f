import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { AcceptingSession } from "../support/accepting_platform.ts";
import { removeTestHomes } from "../support/world.ts";

/** Part of every rejected line; must not appear in any output. */
const SECRET = "flux_dev_hushhushhushhushhush";

interface Unreadable {
  readonly what: string;
  readonly content: string | Uint8Array;
  /** The error; by default, that it isn't valid YAML. */
  readonly fault?: string;
  /** The reported position, if there is one. */
  readonly position?: { readonly line: number; readonly column?: number };
}

/** @returns A file with a valid profile, followed by `rest`. */
const after = (rest: string) => `profiles:\n  default:\n    api_key: flux_dev_good\n${rest}`;
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((it) => typeof it === "string" ? [...new TextEncoder().encode(it)] : it));
const deep = (unit: string, depth: number) => after(`more: ${unit.repeat(depth)}${SECRET}\n`);
const TOO_DEEP = "isn't valid YAML (it is nested too deeply)";
const CIRCULAR = "has a value that contains an alias to itself";
const NOT_CREDENTIALS = "isn't a credentials file";

const UNREADABLE: readonly Unreadable[] = [
  { what: "a tab for indentation", content: after(`  x:\n\tapi_key: ${SECRET}\n`), position: { line: 5, column: 1 } },
  { what: "a tab after spaces", content: after(`  x:\n  \tapi_key: ${SECRET}\n`), position: { line: 5, column: 3 } },
  { what: "an unclosed quote", content: after(`  x:\n    api_key: "${SECRET}\n`), position: { line: 6 } },
  { what: "an unclosed bracket", content: after(`more: [${SECRET}\n`), position: { line: 5 } },
  { what: "a duplicate profile", content: after(`  default:\n    api_key: ${SECRET}\n`), position: { line: 4 } },
  { what: "a duplicate field", content: after(`    api_key: ${SECRET}\n`), position: { line: 4 } },
  { what: "a field with too little indentation", content: after(`   api_key: ${SECRET}\n`), position: { line: 4 } },
  {
    what: "no space after a colon",
    content: after(`  x:\n    api_key:${SECRET}\n    a: b\n`),
    position: { line: 6 },
  },
  { what: "an alias without an anchor", content: after(`more: *${SECRET}\n`), position: { line: 4 } },
  { what: "an unknown tag", content: after(`more: !vault ${SECRET}\n`), position: { line: 4 } },
  {
    what: "a Python tag",
    content: after(`more: !!python/object:os.system ${SECRET}\n`),
    position: { line: 4 },
  },
  { what: "a reserved character", content: after(`more: @${SECRET}\n`), position: { line: 4 } },
  { what: "a NUL byte", content: after(`more: ${SECRET}\0\n`), position: { line: 4 } },
  { what: "only NUL bytes, as after a power cut", content: "\0".repeat(200), position: { line: 1 } },
  { what: "NUL bytes at the end", content: after(`more: ${SECRET}\n\0\0\0\0`), position: { line: 5 } },
  { what: "a control character", content: after(`more: ${SECRET}\x07\n`), position: { line: 4 } },
  { what: "two documents", content: after(`---\nprofiles:\n  default:\n    api_key: ${SECRET}\n`) },
  { what: "Latin-1 text", content: bytes(`more: ${SECRET} caf`, [0xe9], "\n"), fault: "isn't UTF-8 text" },
  {
    what: "UTF-16 text",
    content: bytes([0xff, 0xfe], [..."more"].flatMap((it) => [it.charCodeAt(0), 0])),
    fault: "isn't UTF-8 text",
  },
  {
    what: "a truncated UTF-8 character",
    content: bytes(`more: ${SECRET} `, [0xe2, 0x9c]),
    fault: "isn't UTF-8 text",
  },
  { what: "a list instead of a mapping", content: `- ${SECRET}\n`, fault: NOT_CREDENTIALS },
  { what: "a string instead of a mapping", content: `${SECRET}\n`, fault: NOT_CREDENTIALS },
  { what: "a list of profiles", content: `profiles:\n  - api_key: ${SECRET}\n`, fault: NOT_CREDENTIALS },
  { what: "a string instead of profiles", content: `profiles: ${SECRET}\n`, fault: NOT_CREDENTIALS },
  { what: "deeply nested lists on one line", content: deep("[", 100_000), fault: TOO_DEEP },
  { what: "deeply nested mappings on one line", content: deep("{a: ", 100_000), fault: TOO_DEEP },
  {
    what: "deeply nested lists with dashes",
    content: after(`more:\n  ${"- ".repeat(100_000)}${SECRET}\n`),
    fault: TOO_DEEP,
  },
  { what: "deeply nested keys", content: after(`${"? ".repeat(100_000)}${SECRET}\n`), fault: TOO_DEEP },
  {
    what: "deeply nested mappings on many lines",
    content: after(Array.from({ length: 2_500 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")),
    fault: TOO_DEEP,
  },
  { what: "profiles that contain themselves", content: `profiles: &p {default: *p, x: ${SECRET}}\n`, fault: CIRCULAR },
  {
    what: "a field that is its own profile",
    content: `profiles: {default: &p {x: ${SECRET}, y: *p}}\n`,
    fault: CIRCULAR,
  },
  { what: "a list that contains itself", content: after(`more: &m [${SECRET}, [*m]]\n`), fault: CIRCULAR },
  {
    what: "more than 16 MiB",
    content: after(`more: ${"x".repeat(16 * 1024 * 1024)}\n`),
    fault: "is larger than 16 MiB",
  },
];

const COMMANDS = [
  ["list"],
  ["status", "-v"],
  ["token", "--json"],
  ["login", "--api-key", "flux_dev_new", "--profile", "new", "-v"],
  ["logout"],
  ["logout", "--all"],
  ["switch", "default"],
];

describe("an unreadable credentials file", () => {
  afterEach(removeTestHomes);

  for (const { what, content, fault = "isn't valid YAML", position } of UNREADABLE) {
    it(`with ${what} makes commands exit with 2, name the position and a remedy, and neither quote nor change it`, async () => {
      const session = new AcceptingSession(content);
      const before = session.fingerprint();
      for (const args of COMMANDS) {
        const { code, stdout, stderr } = await session.run(["auth", ...args]);
        const output = stdout + stderr;
        assertEquals(code, 2, `${args}: ${output}`);
        assertStringIncludes(output, `~/.fluxloop/credentials ${fault}`);
        if (position !== undefined) {
          assertStringIncludes(output, `(line ${position.line}${position.column ? `, column ${position.column}` : ""}`);
        }
        const remedy = "move it to ~/.fluxloop/credentials.old and log in again";
        assertStringIncludes(output, remedy);
        assertEquals(SECRET.match(/.{5}/g)!.filter((part) => output.includes(part)), [], output);
        assertEquals([output.split("\n").length <= (args.includes("--json") ? 8 : 2), /\n *at /.test(output)], [
          true,
          false,
        ]);
      }
      assertEquals([session.fingerprint(), session.requestedHosts], [before, []]);
    });
  }
});
