import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { killTree, maxPrograms } from "../../src/system/program_groups.ts";

describe("agent processes", () => {
  const limits: [typeof Deno.build.os, number, number][] = [
    ["windows", 1, 1],
    ["windows", 2, 3],
    ["windows", 8, 15],
    ["linux", 2, Infinity],
    ["darwin", 8, Infinity],
  ];
  for (const [os, processors, limit] of limits) {
    const isLimited = limit < Infinity;
    it(`${isLimited ? `are limited to ${limit}` : "aren't limited"} on ${os} with processors: ${processors}`, () => {
      assertEquals(maxPrograms(os, processors), limit);
    });
  }

  for (const [what, tool] of [["is missing", "no-such-tool"], ["fails", Deno.execPath()]]) {
    it(`are killed even if taskkill ${what}`, async () => {
      const args = ["-e", "setInterval(() => {}, 1000)"];
      const child = new Deno.Command("node", { args, stdin: "null", stdout: "null" }).spawn();
      killTree(child, tool);
      assertEquals((await child.status).success, false);
    });
  }
});
