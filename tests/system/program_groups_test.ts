import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { killTree, maxPrograms } from "../../src/system/program_groups.ts";

describe("programs on Windows", () => {
  const limits: [typeof Deno.build.os, number, number][] = [
    ["windows", 1, 1],
    ["windows", 2, 3],
    ["windows", 8, 15],
    ["linux", 2, Infinity],
    ["darwin", 8, Infinity],
  ];
  for (const [os, processors, most] of limits) {
    it(`are at most ${most} at the same time on ${os} with ${processors} processors`, () => {
      assertEquals(maxPrograms(os, processors), most);
    });
  }

  for (const [what, tool] of [["is missing", "no-such-tool"], ["fails", Deno.execPath()]]) {
    it(`are killed where taskkill ${what}`, async () => {
      const args = ["-e", "setInterval(() => {}, 1000)"];
      const child = new Deno.Command("node", { args, stdin: "null", stdout: "null" }).spawn();
      killTree(child, tool);
      assertEquals((await child.status).success, false);
    });
  }
});
