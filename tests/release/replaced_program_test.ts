import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { replacedProgramPath } from "../../src/paths.ts";

describe("the old program after an upgrade", () => {
  for (const [path, old] of [["/usr/bin/fluxloop", "/usr/bin/.old-fluxloop"], ["C:\\x\\f.exe", "C:\\x\\.old-f.exe"]]) {
    it(`is kept in the folder of ${path}`, () => assertEquals(replacedProgramPath(path), old));
  }
});
