import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseApiKey } from "../../src/auth/api_key.ts";
import { UsageError } from "../../src/errors.ts";

describe("a pasted API key", () => {
  const surrounded = [
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
  for (const text of surrounded) {
    it(`is taken out of ${JSON.stringify(text)}`, () => assertEquals(parseApiKey(text, "it"), "flux_dev_abc"));
  }

  const none: [string, string, string][] = [
    ["nothing", "", "is empty"],
    ["white space", " \n\t", "is empty"],
    ["empty quotes", '""', "is empty"],
    ["a name without a value", "FLUXLOOP_API_KEY=", "is empty"],
    ["a line end inside", "flux_dev_a\nflux_dev_b", "contains white space"],
    ["a space inside", "flux_dev_a flux_dev_b", "contains white space"],
    ["a control character", "flux_dev_a\x00b", "contains white space"],
    ["an escape sequence", "flux_dev_\x1b[31m", "contains white space"],
    ["an option", "--no-save", "looks like an option"],
    ["letters beyond ASCII", "flux_dev_ä", "contains white space"],
  ];
  for (const [what, text, sentence] of none) {
    it(`is not ${what}`, () => {
      const error = assertThrows(() => parseApiKey(text, "--api-key"), UsageError, sentence);
      assertEquals(error.message.includes("flux_dev_a"), false);
    });
  }
});
