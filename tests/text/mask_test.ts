import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { maskKey, redact, redactTokens } from "../../src/text/mask.ts";

describe("masking", () => {
  const keys: [string, string, string][] = [
    ["the documented key", "flux_dev_abc123def456ghi789jkl012mno34", "flux_dev_abc1...mno34"],
    ["a secret just long enough to be shown in part", "flux_ci_" + "a".repeat(21), "flux_ci_aaaa...aaaaa"],
    ["a secret one character too short to be shown in part", "flux_ci_" + "a".repeat(20), "flux_ci_****"],
    ["a secret with underscores and dashes", "flux_prod_a_b-" + "c".repeat(20), "flux_prod_a_b-...ccccc"],
    ["a prefix without a secret", "flux_dev_", "flux_dev_****"],
    ["a key with an unknown environment", "flux_abcdefghijklmnop_34" + "x".repeat(30), "****"],
    ["a key in another format", "sk-0123456789012345678901234567890123456789", "****"],
    ["a key from a YAML block with a line break", "flux_dev_abc123def456ghi789jkl012mno34\n", "flux_dev_abc1...mno34"],
    ["a key with a line break in the visible part", `flux_dev_a\nb${"c".repeat(30)}`, "flux_dev_a\\x0...ccccc"],
    ["an empty string", "", "****"],
  ];
  for (const [what, key, masked] of keys) it(`masks ${what}`, () => assertEquals(maskKey(key), masked));

  const texts: [string, string, string][] = [
    ["a key in a sentence", "got flux_dev_abc123def456ghi789jkl012mno34, why", "got flux_dev_abc1...mno34, why"],
    ["two keys", "flux_dev_a flux_ci_b", "flux_dev_**** flux_ci_****"],
    ["a URL's password", "at https://ann:p@ss@host:1/a@b?c=d@e", "at https://ann:****@host:1/a@b?c=d@e"],
    ["a URL's token", "https://token@host", "https://****@host"],
    ["any bearer token", "Authorization: Bearer eyJhbGciOi.x.y", "Authorization: Bearer ****"],
    ["a key in a URL", "https://h/?k=flux_stg_0123456789&x=1", "https://h/?k=flux_stg_****&x=1"],
  ];
  for (const [what, text, safe] of texts) it(`redacts ${what}`, () => assertEquals(redact(text), safe));

  const tokens: [string, string, string][] = [
    ["redacts a mistyped key", 'Unknown command "flx_dev_abc123def456ghi789"', 'Unknown command "****"'],
    ["redacts a key followed by dots", "flux_dev_abc123def456ghi789jkl012mno34...", "flux_dev_abc1...mno34..."],
    ["redacts a key in capitals", "FLUX_DEV_ABC123DEF456GHI789JKL012MNO34", "****"],
    ["keeps long words", "internationalization-and-localization", "internationalization-and-localization"],
    ["keeps a URL's placeholders", "http://<user>:<password>@host", "http://<user>:<password>@host"],
    ["keeps a URL's port", "http://127.0.0.1:8787 of ann@example.com", "http://127.0.0.1:8787 of ann@example.com"],
    ["keeps short IDs", "key_123456789", "key_123456789"],
  ];
  for (const [what, text, safe] of tokens) {
    it(`${what} in text from elsewhere`, () => assertEquals(redactTokens(text), safe));
  }

  it("keeps masked keys", () => {
    const masked = "flux_dev_abc1...mno34 and flux_dev_****";
    assertEquals(redact(masked), masked);
  });
});
