import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { displayPrefix, generateApiKey } from "../../src/embedded_platform/secrets.ts";
import { KEY_ENVIRONMENTS } from "../../src/api_client/key_terms.ts";
import { random } from "./running_platform.ts";

const PREFIXES = [
  { key: "flux_dev_abc123def456ghi789jkl012mno34", prefix: "flux_dev_abc1" },
  { key: "flux_prod_abcdefghijklmnop", prefix: "flux_prod_abcd" },
  { key: "flux_prod_abcdefghijklmno", prefix: "flux_prod_" },
];

const INVALID = ["", "flux_dev_", "flux_test_abc123", "flux_dev_abc 123", "sk_live_abc123", "flux_dev_abc123\n"];

describe("an API key", () => {
  for (const environment of KEY_ENVIRONMENTS) {
    it(`for ${environment} has the format in the contract`, () => {
      assertMatch(generateApiKey(environment, random), new RegExp(`^flux_${environment}_[a-z2-7]{32}$`));
    });
  }

  it("uses each character equally often", () => {
    const counts: Record<string, number> = {};
    for (let start = 0; start < 256; start += 32) {
      const key = generateApiKey("dev", (bytes) => bytes.map((_, index) => start + index));
      for (const character of key.slice("flux_dev_".length)) counts[character] = (counts[character] ?? 0) + 1;
    }
    assertEquals(Object.values(counts), Array(32).fill(8));
  });

  for (const { key, prefix } of PREFIXES) {
    it(`${key} is shown as ${prefix}`, () => assertEquals(displayPrefix(key), prefix));
  }

  for (const text of INVALID) {
    it(`can't be ${JSON.stringify(text)}`, () => void assertThrows(() => displayPrefix(text), TypeError));
  }
});
