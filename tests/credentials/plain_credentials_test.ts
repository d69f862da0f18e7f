import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parse } from "@std/yaml";
import fc from "fast-check";
import { credentialsText, loadYaml } from "../../src/credentials/credentials_text.ts";
import { readPlainCredentials, readPlainNames } from "../../src/credentials/plain_credentials.ts";

await loadYaml();

/** Mostly plain texts, and some that were chosen to be taken for something else. */
const scalar = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom("flux_dev_abc123", "john+x@example.com", "http://127.0.0.1:1/v1", "2024-04-15"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("true", "No", "~", "null", "1e3", "0x1F", "", " ", "a: b", "# c", "a\\b", "é"),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const name = fc.oneof(
  { weight: 10, arbitrary: fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,9}$/) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("constructor", "__proto__", "true", "null", "1e3", "007", "a-b.c", "profiles"),
  },
);
const profile = fc.dictionary(fc.constantFrom("api_key", "account", "expires", "api_url", "note"), scalar, {
  minKeys: 1,
});
const file = fc.record({
  default_profile: fc.option(name, { nil: undefined }),
  storage: fc.option(scalar, { nil: undefined }),
  profiles: fc.dictionary(name, profile),
}, { requiredKeys: ["profiles"] });

describe("reading plain credentials", () => {
  it("gives what the YAML parser gives, or nothing", () => {
    let plain = 0;
    fc.assert(
      fc.property(file, (content) => {
        const text = credentialsText(JSON.parse(JSON.stringify(content)));
        const read = readPlainCredentials(text);
        if (read === null) return;
        plain++;
        assertEquals(read, parse(text, { schema: "core" }) as Record<string, unknown>, text);
      }),
      { numRuns: 2000, seed: 20240122 },
    );
    assertEquals(plain > 100, true, `only ${plain} of the files were plain`);
  });

  it("reads a file as the program writes it", () => {
    const text = `profiles:
  default:
    api_key: flux_dev_abc123def456ghi789jkl012mno34
    account: john@example.com
    expires: "2024-04-15"
    api_url: "http://127.0.0.1:8787"
    key_id: key_1
  production:
    api_key: flux_prod_xyz
default_profile: production
`;
    assertEquals(readPlainCredentials(text), parse(text, { schema: "core" }) as Record<string, unknown>);
  });

  const others: [string, string][] = [
    ["nothing", ""],
    ["no profiles", "profiles: {}\n"],
    ["a comment", "# mine\nprofiles:\n  a:\n    api_key: k\n"],
    ["a tab", "profiles:\n  a:\n\tapi_key: k\n"],
    ["a profile twice", "profiles:\n  a:\n    api_key: k\n  a:\n    api_key: l\n"],
    ["a field twice", "profiles:\n  a:\n    api_key: k\n    api_key: l\n"],
    ["profiles twice", "profiles:\n  a:\n    api_key: k\nprofiles:\n  b:\n    api_key: k\n"],
    ["a profile without fields", "profiles:\n  a:\n  b:\n    api_key: k\n"],
    ["a last profile without fields", "profiles:\n  a:\n    api_key: k\n  b:\n"],
    ["a field without a profile", "profiles:\n    api_key: k\n"],
    ["a profile after the profiles", "profiles:\n  a:\n    api_key: k\nx: y\n  b:\n    api_key: k\n"],
    ["an anchor", "profiles:\n  a: &a\n    api_key: k\n"],
    ["an escape", 'profiles:\n  a:\n    api_key: "a\\tb"\n'],
    ["a number", "profiles:\n  a:\n    api_key: 12\n"],
    ["a truth value", "profiles:\n  a:\n    api_key: true\n"],
    ["a text of two lines", "profiles:\n  a:\n    api_key: k\n      l\n"],
    ["white space at a line's end", "profiles:\n  a:\n    api_key: k \n"],
    ["no line end at the end", "profiles:\n  a:\n    api_key: k"],
    ["Windows line ends", "profiles:\r\n  a:\r\n    api_key: k\r\n"],
  ];
  for (const [what, text] of others) {
    it(`leaves ${what} to the YAML parser`, () => assertEquals(readPlainCredentials(text), null));
  }
});

describe("reading the names in plain credentials", () => {
  it("gives those that the YAML parser gives, or nothing", () => {
    let plain = 0;
    fc.assert(
      fc.property(file, (content) => {
        const text = credentialsText(JSON.parse(JSON.stringify(content)));
        const names = readPlainNames(text);
        if (names === null) return;
        plain++;
        const { profiles } = parse(text, { schema: "core" }) as { profiles: Record<string, unknown> };
        assertEquals(names.toSorted(), Object.keys(profiles).toSorted(), text);
      }),
      { numRuns: 2000, seed: 20240122 },
    );
    assertEquals(plain > 100, true, `only ${plain} of the files were plain`);
  });

  it("takes a name that has to be quoted for no number, and a file in which something follows the profiles", () => {
    const text = 'a: b\nprofiles:\n  "007":\n    api_key: k\n  true-north:\n    account: "x y"\ndefault_profile: x\n';
    assertEquals(readPlainNames(text), ["007", "true-north"]);
  });

  const others: [string, string][] = [
    ["nothing", ""],
    ["no profiles", "profiles: {}\n"],
    ["a comment", "# mine\nprofiles:\n  a:\n    api_key: k\n"],
    ["a profile twice", 'profiles:\n  a:\n    api_key: k\n  "a":\n    api_key: l\n'],
    ["profiles twice", "profiles:\n  a:\n    api_key: k\nprofiles:\n  b:\n    api_key: k\n"],
    ["profiles once more, as a text", "profiles:\n  a:\n    api_key: k\nprofiles: x\n"],
    ["a profile without fields", "profiles:\n  a:\n  b:\n    api_key: k\n"],
    ["a profile after the profiles", "profiles:\n  a:\n    api_key: k\nx: y\n  b:\n    api_key: k\n"],
    ["a profile before the profiles", "  b:\n    api_key: k\nprofiles:\n  a:\n    api_key: k\n"],
    ["a name that is a number", "profiles:\n  007:\n    api_key: k\n"],
    ["a name that is a truth value", "profiles:\n  true:\n    api_key: k\n"],
    ["a text of two lines", 'profiles:\n  a:\n    api_key: "k\n  b:\n    l"\n'],
    ["a text in a block", "profiles:\n  a:\n    api_key: |-\n      k\n"],
    ["more fields than any profile has", `profiles:\n  a:\n${"    b: c\n".repeat(65)}`],
    ["no line end at the end", "profiles:\n  a:\n    api_key: k"],
  ];
  for (const [what, text] of others) {
    it(`leaves ${what} to the YAML parser`, () => assertEquals(readPlainNames(text), null));
  }
});
