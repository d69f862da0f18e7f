import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { maskKey, redact, redactTokens } from "../../src/text/mask.ts";

describe("masking", () => {
  const keys: [string, string, string][] = [
    ["the documentation's key", "flux_dev_abc123def456ghi789jkl012mno34", "flux_dev_abc1...mno34"],
    ["the shortest secret that is shown in part", "flux_ci_" + "a".repeat(21), "flux_ci_aaaa...aaaaa"],
    ["a secret of one character less", "flux_ci_" + "a".repeat(20), "flux_ci_****"],
    ["a secret of underscores and dashes", "flux_prod_a_b-" + "c".repeat(20), "flux_prod_a_b-...ccccc"],
    ["a prefix alone", "flux_dev_", "flux_dev_****"],
    ["an environment that there is not", "flux_abcdefghijklmnop_34" + "x".repeat(30), "****"],
    ["a key of another form", "sk-0123456789012345678901234567890123456789", "****"],
    ["a key from a YAML block, with a line end", "flux_dev_abc123def456ghi789jkl012mno34\n", "flux_dev_abc1...mno34"],
    ["a key with a line end in what is shown", `flux_dev_a\nb${"c".repeat(30)}`, "flux_dev_a\\x0...ccccc"],
    ["nothing", "", "****"],
  ];
  for (const [what, key, masked] of keys) it(`masks ${what}`, () => assertEquals(maskKey(key), masked));

  const texts: [string, string, string][] = [
    ["a key in a sentence", "got flux_dev_abc123def456ghi789jkl012mno34, why", "got flux_dev_abc1...mno34, why"],
    ["two keys", "flux_dev_a flux_ci_b", "flux_dev_**** flux_ci_****"],
    ["a bearer token of any form", "Authorization: Bearer eyJhbGciOi.x.y", "Authorization: Bearer ****"],
    ["a key in a URL", "https://h/?k=flux_stg_0123456789&x=1", "https://h/?k=flux_stg_****&x=1"],
  ];
  for (const [what, text, safe] of texts) it(`finds ${what}`, () => assertEquals(redact(text), safe));

  const tokens: [string, string, string][] = [
    ["a mistyped key", 'Unknown command "flx_dev_abc123def456ghi789"', 'Unknown command "****"'],
    ["a key with dots behind it", "flux_dev_abc123def456ghi789jkl012mno34...", "flux_dev_abc1...mno34..."],
    ["a key in capitals", "FLUX_DEV_ABC123DEF456GHI789JKL012MNO34", "****"],
    ["long words, which are none", "internationalization-and-localization", "internationalization-and-localization"],
    ["short ones", "key_123456789", "key_123456789"],
  ];
  for (const [what, text, safe] of tokens) {
    it(`of others' texts: ${what}`, () => assertEquals(redactTokens(text), safe));
  }

  it("keeps masked keys", () => {
    const masked = "flux_dev_abc1...mno34 and flux_dev_****";
    assertEquals(redact(masked), masked);
  });
});
