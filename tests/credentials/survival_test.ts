import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { stringify, type ToStringOptions } from "yaml";
import { updateCredentials } from "../../src/credentials/credential_store.ts";
import { requireCredentialsLocation } from "../../src/credentials/location.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { parseYamlIndependently } from "../support/independent_yaml.ts";
import { profileNamed } from "../support/profile.ts";
import { removeTestHomes, world } from "../support/world.ts";

const RUNS = { numRuns: Deno.env.has("FLUXLOOP_TEST_LONG") ? 500 : 100, seed: 20240122 };
/** The profile that is added and removed. */
const GUEST = "guest";

const scalars = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.stringMatching(/^[ \t\n\r#:'"&*!|>%@`{}[\],?a-z0-9.-]{0,20}$/),
  fc.constantFrom(...[
    "true",
    "Null",
    "~",
    "1e3",
    "0x10",
    "0o7",
    "1_000",
    "2024-01-01",
    "12:30:45",
    "<<",
    "=",
    "-",
    "---",
  ]),
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e300, 2 ** 53 - 1, 12345678901234567890n, -9223372036854775808n),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: scalars },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 4 }) },
    { weight: 2, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), tie("value"), { maxKeys: 4 }) },
  ),
}));
const names = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,9}$/),
  fc.constantFrom("__proto__", "constructor", "0x1"),
)
  .filter((name) => name !== GUEST);
const files = fc.record({
  profiles: fc.dictionary(names, value, { maxKeys: 5 }),
  default_profile: fc.option(names),
  more: value,
});

/** The YAML styles of people and other programs. */
const styles: fc.Arbitrary<ToStringOptions> = fc.record({
  collectionStyle: fc.constantFrom("any", "block", "flow"),
  defaultStringType: fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED"),
  defaultKeyType: fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE"),
  indent: fc.integer({ min: 1, max: 7 }),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  directives: fc.constantFrom(null, true),
});
const lineEndings = fc.constantFrom("\n", "\n", "\r\n");

describe("unknown content of a credentials file", () => {
  afterEach(removeTestHomes);

  it("survives a login and a logout in any YAML style, or the file isn't changed", async () => {
    const location = requireCredentialsLocation(world().context);
    await Deno.mkdir(location.folder);
    let unchanged = 0;
    const survives = fc.asyncProperty(files, styles, lineEndings, async (content, style, lineEnding) => {
      const text = stringify(content, style).replaceAll("\n", lineEnding);
      const before = valueOf(text);
      // Not every style can write every value.
      fc.pre(before !== undefined);
      await Deno.writeTextFile(location.file, text);
      try {
        await updateCredentials(location, (document) => document.save(profileNamed(GUEST)));
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        unchanged++;
        return assertEquals(await Deno.readTextFile(location.file), text);
      }
      const between = await Deno.readTextFile(location.file);
      const guest = (parseYamlIndependently(between) as Map<string, Map<string, unknown>>).get("profiles")!.get(GUEST);
      assertEquals(guest, new Map([["api_key", `flux_dev_${GUEST}`]]), between);
      await updateCredentials(location, (document) => document.remove(GUEST));
      const after = await Deno.readTextFile(location.file);
      assertEquals(parseYamlIndependently(after), before, `${text}\nbecame\n${between}\nand then\n${after}`);
    });
    await fc.assert(survives, RUNS);
    assertEquals(unchanged < RUNS.numRuns / 10, true, `${unchanged} files were not changed`);
  });
});

function valueOf(text: string): unknown {
  try {
    return parseYamlIndependently(text);
  } catch {
    return undefined;
  }
}
