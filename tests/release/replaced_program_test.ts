import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { replacedProgramPath } from "../../src/paths.ts";

describe("a program that an upgrade has replaced", () => {
  for (const [path, old] of [["/usr/bin/fluxloop", "/usr/bin/.old-fluxloop"], ["C:\\x\\f.exe", "C:\\x\\.old-f.exe"]]) {
    it(`is kept beside ${path}`, () => assertEquals(replacedProgramPath(path), old));
  }
});
