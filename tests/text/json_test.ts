import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { jsonText } from "../../src/text/json.ts";

describe("JSON documents", () => {
  const texts = ["\x9b31m", "\x7f", "\u202egnp.exe", "\u200b", "\ufeff", "\x1b[2J"];
  for (const text of texts) {
    it(`escape ${JSON.stringify(text)}, which reads as what it is`, () => {
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
