import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { AcceptingSession } from "../support/answering_world.ts";
import { removeTestHomes } from "../support/world.ts";

/** A text in every rejected line that must not be shown. */
const SECRET = "flux_dev_hushhushhushhushhush";

interface Unreadable {
  readonly what: string;
  readonly content: string | Uint8Array;
  /** The error; by default, that it isn't valid YAML. */
  readonly fault?: string;
  /** The place of the mistake, if it has one. */
  readonly place?: { readonly line: number; readonly column?: number };
}

/** A file with a good profile, and then this. */
const after = (rest: string) => `profiles:\n  default:\n    api_key: flux_dev_good\n${rest}`;
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((it) => typeof it === "string" ? [...new TextEncoder().encode(it)] : it));
const deep = (unit: string, depth: number) => after(`more: ${unit.repeat(depth)}${SECRET}\n`);
const TOO_DEEP = "isn't valid YAML (it is nested too deeply)";
const CIRCULAR = "has a value that contains an alias to itself";
const NO_FILE = "isn't a credentials file";

const UNREADABLE: readonly Unreadable[] = [
  { what: "a tab for indentation", content: after(`  x:\n\tapi_key: ${SECRET}\n`), place: { line: 5, column: 1 } },
  { what: "a tab behind spaces", content: after(`  x:\n  \tapi_key: ${SECRET}\n`), place: { line: 5, column: 3 } },
  { what: "a quote that is left open", content: after(`  x:\n    api_key: "${SECRET}\n`), place: { line: 6 } },
  { what: "a bracket that is left open", content: after(`more: [${SECRET}\n`), place: { line: 5 } },
  { what: "a profile twice", content: after(`  default:\n    api_key: ${SECRET}\n`), place: { line: 4 } },
  { what: "a field twice", content: after(`    api_key: ${SECRET}\n`), place: { line: 4 } },
  { what: "a field less indented", content: after(`   api_key: ${SECRET}\n`), place: { line: 4 } },
  {
    what: "a field without a value's blank",
    content: after(`  x:\n    api_key:${SECRET}\n    a: b\n`),
    place: { line: 6 },
  },
  { what: "an alias to nothing", content: after(`more: *${SECRET}\n`), place: { line: 4 } },
  { what: "an unknown tag", content: after(`more: !vault ${SECRET}\n`), place: { line: 4 } },
  {
    what: "a tag of another language",
    content: after(`more: !!python/object:os.system ${SECRET}\n`),
    place: { line: 4 },
  },
  { what: "a reserved character", content: after(`more: @${SECRET}\n`), place: { line: 4 } },
  { what: "a NUL byte", content: after(`more: ${SECRET}\0\n`), place: { line: 4 } },
  { what: "NUL bytes alone, as after a power cut", content: "\0".repeat(200), place: { line: 1 } },
  { what: "NUL bytes at the end", content: after(`more: ${SECRET}\n\0\0\0\0`), place: { line: 5 } },
  { what: "a control character", content: after(`more: ${SECRET}\x07\n`), place: { line: 4 } },
  { what: "two documents", content: after(`---\nprofiles:\n  default:\n    api_key: ${SECRET}\n`) },
  { what: "another encoding", content: bytes(`more: ${SECRET} caf`, [0xe9], "\n"), fault: "isn't UTF-8 text" },
  {
    what: "UTF-16",
    content: bytes([0xff, 0xfe], [..."more"].flatMap((it) => [it.charCodeAt(0), 0])),
    fault: "isn't UTF-8 text",
  },
  {
    what: "a character cut off in the middle",
    content: bytes(`more: ${SECRET} `, [0xe2, 0x9c]),
    fault: "isn't UTF-8 text",
  },
  { what: "a list", content: `- ${SECRET}\n`, fault: NO_FILE },
  { what: "a text", content: `${SECRET}\n`, fault: NO_FILE },
  { what: "a list of profiles", content: `profiles:\n  - api_key: ${SECRET}\n`, fault: NO_FILE },
  { what: "a text for profiles", content: `profiles: ${SECRET}\n`, fault: NO_FILE },
  { what: "lists in lists, in one line", content: deep("[", 100_000), fault: TOO_DEEP },
  { what: "mappings in mappings, in one line", content: deep("{a: ", 100_000), fault: TOO_DEEP },
  { what: "lists in lists, by dashes", content: after(`more:\n  ${"- ".repeat(100_000)}${SECRET}\n`), fault: TOO_DEEP },
  { what: "keys in keys", content: after(`${"? ".repeat(100_000)}${SECRET}\n`), fault: TOO_DEEP },
  {
    what: "mappings in mappings, line by line",
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

describe("a credentials file that can't be read", () => {
  afterEach(removeTestHomes);

  for (const { what, content, fault = "isn't valid YAML", place } of UNREADABLE) {
    it(`because of ${what}: exit code 2, place and remedy, nothing of the text, the file as it was`, async () => {
      const session = new AcceptingSession(content);
      const before = session.fingerprint();
      for (const args of COMMANDS) {
        const { code, stdout, stderr } = await session.run(["auth", ...args]);
        const said = stdout + stderr;
        assertEquals(code, 2, `${args}: ${said}`);
        assertStringIncludes(said, `~/.fluxloop/credentials ${fault}`);
        if (place !== undefined) {
          assertStringIncludes(said, `(line ${place.line}${place.column ? `, column ${place.column}` : ""}`);
        }
        const remedy = "move it to ~/.fluxloop/credentials.old and log in again";
        assertStringIncludes(said, remedy);
        assertEquals(SECRET.match(/.{5}/g)!.filter((part) => said.includes(part)), [], said);
        assertEquals([said.split("\n").length <= (args.includes("--json") ? 8 : 2), /\n *at /.test(said)], [
          true,
          false,
        ]);
      }
      assertEquals([session.fingerprint(), session.requestedHosts], [before, []]);
    });
  }
});
