import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { jsonText } from "../../src/text/json.ts";

describe("JSON documents", () => {
  const invisible: [string, string][] = [
    ["a C1 control", "\x9b31m"],
    ["a delete character", "\x7f"],
    ["a bidirectional control", "\u202egnp.exe"],
    ["a zero-width space", "\u200b"],
    ["a byte order mark", "\ufeff"],
    ["an escape sequence", "\x1b[2J"],
  ];
  for (const [what, text] of invisible) {
    it(`escape ${what} and parse to the original text`, () => {
      const document = jsonText({ text });
      assertEquals(/[^\x20-\x7e\n]/.test(document), false);
      assertEquals(JSON.parse(document), { text });
    });
  }

  it("contain no lone surrogates", () => {
    assertEquals(jsonText(["a\ud800b", "\udc00", "🦆"], 0), '["a\\ufffdb","\\ufffd","🦆"]\n');
  });

  it("keep a backslash before a u", () => {
    assertEquals(JSON.parse(jsonText("\\ud800")), "\\ud800");
  });
});
