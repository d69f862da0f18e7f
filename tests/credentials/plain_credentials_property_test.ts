import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { loadYaml, parseCredentials } from "../../src/credentials/credentials_text.ts";
import { readPlainCredentials, readPlainNames } from "../../src/credentials/plain_credentials.ts";
import { readIndependently } from "../support/independent_yaml.ts";

await loadYaml();

const RUNS = { numRuns: 20_000, seed: 20240122 };

/** A file as the program writes it. */
const TEXT = `storage: file
profiles:
  default:
    api_key: flux_dev_abc123def456ghi789jkl012mno34
    account: john@example.com
    expires: "2024-04-15"
    api_url: "http://127.0.0.1:8787"
  ci-1.b_c:
    api_key: flux_ci_second
    note: "a # b: 'c' - [d] {e} &f *g !h |i >j %k @l"
default_profile: ci-1.b_c
`;

/** What somebody may have done to a file with an editor. */
type Slip = (text: string) => string;

const place = fc.nat(TEXT.length);
const line = fc.nat(TEXT.split("\n").length - 1);
const piece = fc.oneof(
  fc.constantFrom(
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\r\n",
    ":",
    ": ",
    "#",
    " #",
    '"',
    "'",
    "- ",
    "? ",
    "&a ",
    "*a",
    "!x ",
  ),
  fc.constantFrom(
    "|",
    ">",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\\",
    "---\n",
    "...\n",
    "%",
    "<<",
    "=",
    "~",
    "null",
    "1",
    "\0",
    "é",
  ),
  fc.constantFrom("profiles:\n", "  default:\n", "    api_key: x\n", "default_profile: y\n", "true", "0x1"),
);
const onLines = (change: (lines: string[]) => void): Slip => (text) => {
  const lines = text.split("\n");
  change(lines);
  return lines.join("\n");
};
const slip: fc.Arbitrary<Slip> = fc.oneof(
  fc.tuple(place, piece).map(([at, added]): Slip => (text) => text.slice(0, at) + added + text.slice(at)),
  fc.tuple(place, fc.nat(5)).map(([at, count]): Slip => (text) => text.slice(0, at) + text.slice(at + count)),
  fc.tuple(line, line).map(([from, to]): Slip => onLines((it) => it.splice(to, 0, it[from] ?? ""))),
  fc.tuple(line, line).map(([from, to]): Slip => onLines((it) => it.splice(to, 0, ...it.splice(from, 1)))),
  line.map((at): Slip => onLines((it) => it.splice(at, 1))),
  fc.tuple(line, fc.nat(6)).map(([at, depth]): Slip =>
    onLines((it) => it[at] = " ".repeat(depth) + (it[at] ?? "").trimStart())
  ),
);

describe("plain credentials into which somebody wrote", () => {
  it("are read as two YAML parsers read them, or left to them", () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.array(slip, { minLength: 1, maxLength: 3 }), (slips) => {
        const text = slips.reduce((before, change) => change(before), TEXT);
        const read = readPlainCredentials(text);
        if (read === null) return;
        plain++;
        assertEquals(read, parseCredentials(text, "it") as Record<string, unknown>, text);
        assertEquals(asMaps(read), readIndependently(text), text);
      }),
      RUNS,
    );
    assertEquals(plain > RUNS.numRuns / 50 && plain < RUNS.numRuns / 2, true, `${plain} were plain`);
  });

  it("have the names that the YAML parser finds, wherever it takes the file, or are left to it", () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.array(slip, { minLength: 1, maxLength: 3 }), (slips) => {
        const text = slips.reduce((before, change) => change(before), TEXT);
        const names = readPlainNames(text);
        if (names === null) return;
        plain++;
        assertEquals(names, namesOf(text) ?? names, text);
      }),
      RUNS,
    );
    assertEquals(plain > RUNS.numRuns / 50 && plain < RUNS.numRuns / 2, true, `${plain} were plain`);
  });
});

/** @returns The names that the parser finds; `null` where it refuses the file, for a field that stands twice. */
function namesOf(text: string): string[] | null {
  let root;
  try {
    root = parseCredentials(text, "it") as { profiles: Record<string, unknown> };
  } catch {
    return null;
  }
  return Object.keys(root.profiles);
}

function asMaps(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([name, item]) => [name, asMaps(item)]));
}
