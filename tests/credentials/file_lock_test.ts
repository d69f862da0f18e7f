import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { withLockFile } from "../../src/credentials/file_lock.ts";

describe("a lock file", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/credentials.locked`;
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  it("that is stale is taken over by one process at a time", async () => {
    Deno.writeTextFileSync(path, "4711 killed");
    const held: number[] = [];
    let holders = 0;
    const work = async () => {
      held.push(++holders);
      await Promise.resolve();
      holders--;
    };
    await Promise.all([1, 2, 3].map(() => withLockFile(path, work)));
    assertEquals([held, [...Deno.readDirSync(folder)]], [[1, 1, 1], []]);
  });
});
