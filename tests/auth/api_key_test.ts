import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseApiKey } from "../../src/auth/api_key.ts";
import { UsageError } from "../../src/errors.ts";

describe("API key parsing", () => {
  const pasted = [
    "flux_dev_abc",
    "  flux_dev_abc\t",
    "flux_dev_abc\r\n",
    '"flux_dev_abc"',
    "'flux_dev_abc'",
    "FLUXLOOP_API_KEY=flux_dev_abc",
    "FLUXLOOP_SYNC_API_KEY=flux_dev_abc",
    'export FLUXLOOP_API_KEY="flux_dev_abc"',
    " FLUXLOOP_API_KEY = ' flux_dev_abc '\n",
    "\ufeffflux_dev_abc",
    '"FLUXLOOP_API_KEY=flux_dev_abc"',
  ];
  for (const text of pasted) {
    it(`extracts the key from ${JSON.stringify(text)}`, () => assertEquals(parseApiKey(text, "it"), "flux_dev_abc"));
  }

  const invalid: [string, string, string][] = [
    ["an empty string", "", "is empty"],
    ["white space", " \n\t", "is empty"],
    ["empty quotes", '""', "is empty"],
    ["a name without a value", "FLUXLOOP_API_KEY=", "is empty"],
    ["a key with a line break", "flux_dev_a\nflux_dev_b", "contains white space"],
    ["a key with a space", "flux_dev_a flux_dev_b", "contains white space"],
    ["a key with a control character", "flux_dev_a\x00b", "contains white space"],
    ["a key with an escape sequence", "flux_dev_\x1b[31m", "contains white space"],
    ["a command-line option", "--no-save", "looks like an option"],
    ["a key with a non-ASCII letter", "flux_dev_ä", "contains white space"],
  ];
  for (const [what, text, message] of invalid) {
    it(`rejects ${what}`, () => {
      const error = assertThrows(() => parseApiKey(text, "--api-key"), UsageError, message);
      assertEquals(error.message.includes("flux_dev_a"), false);
    });
  }
});
