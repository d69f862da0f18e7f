import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { replaceFile } from "../../src/credentials/atomic_file.ts";
import { isWindows } from "../support/systems.ts";

/** Calls `work`, and `onSync` whenever a file or a folder is about to be synced. */
function observeSyncs(work: () => void, onSync: () => void): void {
  const { syncSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.syncSync = function () {
    onSync();
    syncSync.call(this);
  };
  try {
    work();
  } finally {
    Deno.FsFile.prototype.syncSync = syncSync;
  }
}

describe("replacing a file", () => {
  it("syncs the new content before the rename, and the folder after it", () => {
    const folder = Deno.makeTempDirSync();
    const path = `${folder}/credentials`;
    Deno.writeTextFileSync(path, "old");
    const states: Record<string, string>[] = [];
    observeSyncs(() => replaceFile(path, "new"), () => {
      const names = Array.from(Deno.readDirSync(folder), (it) => it.name);
      states.push(Object.fromEntries(names.map((it) => [it, Deno.readTextFileSync(`${folder}/${it}`)])));
    });
    Deno.removeSync(folder, { recursive: true });
    const before = { "credentials": "old", "credentials.new": "new" };
    // Windows doesn't open folders.
    assertEquals(states, isWindows ? [before] : [before, { "credentials": "new" }]);
  });
});
