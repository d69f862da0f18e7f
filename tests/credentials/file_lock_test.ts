import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { withFileLock, withLockFile } from "../../src/credentials/file_lock.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../../src/credentials/location.ts";
import { removeTestHomes, world } from "../support/world.ts";

describe("the credentials lock", () => {
  let folder: string;
  let location: CredentialsLocation;
  let held: number[];
  let holders: number;

  beforeEach(() => {
    const { context, home } = world();
    folder = home;
    location = requireCredentialsLocation(context);
    held = [];
    holders = 0;
  });
  afterEach(removeTestHomes);

  async function work(): Promise<void> {
    held.push(++holders);
    await new Promise((resolve) => setTimeout(resolve));
    holders--;
  }

  it("has one holder at a time", async () => {
    await Promise.all([1, 2, 3].map(() => withFileLock(location, `${folder}/credentials.lock`, work)));
    assertEquals(held, [1, 1, 1]);
  });

  it("is taken over by one process at a time when its file is stale", async () => {
    Deno.writeTextFileSync(`${folder}/credentials.locked`, "4711 killed");
    await Promise.all([1, 2, 3].map(() => withLockFile(location, `${folder}/credentials.locked`, work)));
    assertEquals([held, [...Deno.readDirSync(folder)]], [[1, 1, 1], []]);
  });
});
