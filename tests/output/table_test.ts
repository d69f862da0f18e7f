import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { tableText } from "../../src/output/table.ts";

describe("a table", () => {
  const tables: [string, string[][], number | null, string][] = [
    ["aligns columns", [["A", "B"], ["aaa", "b"]], null, "A    B\naaa  b\n"],
    ["doesn't shorten long cells without a terminal", [["A"], ["x".repeat(200)]], null, `A\n${"x".repeat(200)}\n`],
    [
      "shortens the middle of the widest column",
      [["ID", "NAME"], ["1", "abcdefghijkl"]],
      12,
      "ID  NAME\n1   abcd…jkl\n",
    ],
    ["doesn't shorten a table that fits", [["ID", "NAME"], ["1", "abcdefgh"]], 12, "ID  NAME\n1   abcdefgh\n"],
    ["aligns wide characters", [["日本", "B"], ["a", "b"]], null, "日本  B\na     b\n"],
    ["aligns combining marks", [["e\u0301", "B"], ["ab", "b"]], null, "e\u0301   B\nab  b\n"],
    ["shortens wide characters", [["NAME"], ["日本語日本語"]], 8, "NAME\n日本…本語\n".replace("本語", "語")],
    ["keeps columns legible in a narrow terminal", [["ABCDEFGH", "ABCDEFGH"]], 4, "ABC…GH  ABC…GH\n"],
  ];
  for (const [what, rows, width, expected] of tables) {
    it(what, () => assertEquals(tableText(rows, width), expected));
  }
});
