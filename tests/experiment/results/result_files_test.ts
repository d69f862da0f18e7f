import { assertEquals, assertRejects } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemError } from "../../../src/errors.ts";
import { checkWritable, writeReport } from "../../../src/experiment/results/result_files.ts";

describe("a report file", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    path = `${folder}/file`;
    Deno.writeTextFileSync(path, "old");
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  const names = () => [...Deno.readDirSync(folder)].map((it) => it.name);
  const content = () => Deno.readTextFileSync(path);

  it("has only the new content", async () => {
    await writeReport(path, ["new", "er"]);
    assertEquals([content(), names()], ["newer", ["file"]]);
  });

  it("keeps the old content until everything is written", async () => {
    async function* parts() {
      yield "x".repeat(100_000);
      yield content();
    }
    await writeReport(path, parts());
    assertEquals(content().slice(100_000), "old");
  });

  it("keeps the old content if the new one can't be written", async () => {
    async function* parts() {
      yield "new";
      throw new SystemError("broken");
    }
    await assertRejects(() => writeReport(path, parts()), SystemError, "broken");
    assertEquals([content(), names()], ["old", ["file"]]);
  });

  it("isn't changed by the check that it is writable", () => {
    checkWritable(path);
    assertEquals([content(), names()], ["old", ["file"]]);
  });

  it("isn't mixed with a concurrent report", async () => {
    const texts = ["a", "b"].map((it) => it.repeat(200_000));
    await Promise.all(texts.map((it) => writeReport(path, [it.slice(1), it[0]])));
    assertEquals([texts.includes(content()), names()], [true, ["file"]]);
  });

  it("leaves no temporary file if its path is a folder", async () => {
    Deno.mkdirSync(`${folder}/occupied/inside`, { recursive: true });
    await assertRejects(() => writeReport(`${folder}/occupied`, ["new"]), SystemError);
    assertEquals(names().sort(), ["file", "occupied"]);
  });
});
