import { assertEquals, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { FileReplacement, replaceFile } from "../../../src/experiment/results/file_replacement.ts";

describe("a file's replacement", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    path = `${folder}/file`;
    Deno.writeTextFileSync(path, "old");
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  const names = () => [...Deno.readDirSync(folder)].map((it) => it.name);

  it("leaves nothing but the new content", () => {
    replaceFile(path, "new");
    assertEquals([Deno.readTextFileSync(path), names()], ["new", ["file"]]);
  });

  it("isn't seen before the commit", () => {
    using replacement = new FileReplacement(path);
    replacement.write("new");
    assertEquals(Deno.readTextFileSync(path), "old");
  });

  it("leaves the old content where it isn't committed", () => {
    new FileReplacement(path)[Symbol.dispose]();
    assertEquals([Deno.readTextFileSync(path), names()], ["old", ["file"]]);
  });

  it("doesn't mix with another one", () => {
    using first = new FileReplacement(path);
    using second = new FileReplacement(path);
    for (const it of [1, 2]) {
      first.write(`first ${it} `);
      second.write(`second ${it} `);
    }
    first.commit();
    second.commit();
    assertEquals([Deno.readTextFileSync(path), names()], ["second 1 second 2 ", ["file"]]);
  });

  it("leaves no temporary file where it can't take its place", () => {
    Deno.mkdirSync(`${folder}/taken/inside`, { recursive: true });
    assertThrows(() => replaceFile(`${folder}/taken`, "new"));
    assertEquals(names().sort(), ["file", "taken"]);
  });
});
