import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { printable } from "../../src/text/printable.ts";

describe("the printable form of untrusted text", () => {
  const texts: [string, string, string][] = [
    ["an escape sequence", "\x1b[2Jgone", "\\x1b[2Jgone"],
    ["a line break", "a\nb\r\nc", "a\\x0ab\\x0d\\x0ac"],
    ["a C1 control", "\x9b31mred", "\\x9b31mred"],
    ["a bidirectional control", "safe\u202egnp.exe", "safe\\u{202e}gnp.exe"],
    ["a zero-width space", "ad\u200bmin", "ad\\u{200b}min"],
    ["a CI command", "::add-mask::x", "\\x3a:add-mask::x"],
    ["a CI command after white space", " \t::debug::x", " \\x09\\x3a:debug::x"],
    ["a CI command in the older syntax", "a ##[error]x", "a #\\x23[error]x"],
    ["a delete character", "a\x7fb", "a\\x7fb"],
  ];
  for (const [what, text, safe] of texts) it(`escapes ${what}`, () => assertEquals(printable(text), safe));

  for (const mark of "\u061c\u200b\u200f\u2028\u202e\u2060\u2069\ufeff\ufff9\ufffb") {
    const code = mark.codePointAt(0)!.toString(16);
    it(`escapes the invisible U+${code}`, () => assertEquals(printable(`a${mark}`), `a\\u{${code}}`));
  }

  it("keeps letters of every language", () => {
    assertEquals(printable("Ærø – 株式会社 – الشركة – 🦆"), "Ærø – 株式会社 – الشركة – 🦆");
  });
});
