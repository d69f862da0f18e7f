import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { printable } from "../../src/text/printable.ts";

describe("texts from outside", () => {
  const texts: [string, string, string][] = [
    ["an escape sequence", "\x1b[2Jgone", "\\x1b[2Jgone"],
    ["a line end", "a\nb\r\nc", "a\\x0ab\\x0d\\x0ac"],
    ["a C1 control", "\x9b31mred", "\\x9b31mred"],
    ["a mark that reorders", "safe\u202egnp.exe", "safe\\u{202e}gnp.exe"],
    ["an invisible space", "ad\u200bmin", "ad\\u{200b}min"],
    ["a CI system's command", "::add-mask::x", "\\x3a:add-mask::x"],
    ["a command behind blanks", " \t::debug::x", " \\x09\\x3a:debug::x"],
    ["a command of the older form", "a ##[error]x", "a #\\x23[error]x"],
    ["a delete", "a\x7fb", "a\\x7fb"],
  ];
  for (const [what, text, safe] of texts) it(`makes ${what} visible`, () => assertEquals(printable(text), safe));

  it("keep the letters of every language", () => {
    assertEquals(printable("Ærø – 株式会社 – الشركة – 🦆"), "Ærø – 株式会社 – الشركة – 🦆");
  });
});
