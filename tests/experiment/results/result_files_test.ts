import { assertEquals, assertRejects } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemError } from "../../../src/errors.ts";
import { checkWritable, writeReport } from "../../../src/experiment/results/result_files.ts";

describe("a report's file", () => {
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

  it("keeps the old content where the new one fails", async () => {
    async function* parts() {
      yield "new";
      throw new SystemError("broken");
    }
    await assertRejects(() => writeReport(path, parts()), SystemError, "broken");
    assertEquals([content(), names()], ["old", ["file"]]);
  });

  it("isn't changed by the check before it", () => {
    checkWritable(path);
    assertEquals([content(), names()], ["old", ["file"]]);
  });

  it("doesn't mix with another one", async () => {
    const texts = ["a", "b"].map((it) => it.repeat(200_000));
    await Promise.all(texts.map((it) => writeReport(path, [it.slice(1), it[0]])));
    assertEquals([texts.includes(content()), names()], [true, ["file"]]);
  });

  it("leaves no temporary file where a folder has its name", async () => {
    Deno.mkdirSync(`${folder}/taken/inside`, { recursive: true });
    await assertRejects(() => writeReport(`${folder}/taken`, ["new"]), SystemError);
    assertEquals(names().sort(), ["file", "taken"]);
  });
});
