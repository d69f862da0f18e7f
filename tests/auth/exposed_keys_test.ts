import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { findExposedKeys } from "../../src/auth/exposed_keys.ts";
import { removeTestHomes, world } from "../support/world.ts";

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";

describe("the search for exposed keys in .env files", () => {
  afterEach(removeTestHomes);

  /** A work tree with a key in each of three files. The clock advances by a millisecond with each reading. */
  function tree() {
    const { context, home } = world();
    Deno.mkdirSync(`${home}/.git`);
    Deno.writeTextFileSync(`${home}/.git/HEAD`, "ref: refs/heads/main\n");
    for (const name of [".env", ".env.local", "prod.env"]) Deno.writeTextFileSync(`${home}/${name}`, `A=1\nB=${KEY}\n`);
    let now = 0;
    return Object.assign(context, { monotonic: () => now++ });
  }

  it("reports files and line numbers", () => {
    assertEquals(findExposedKeys(tree(), KEY, Infinity).map((it) => [it.path, it.line]), [
      [".env", 2],
      [".env.local", 2],
      ["prod.env", 2],
    ]);
  });

  it("stops at the time limit, even within one folder", () => {
    assertEquals(findExposedKeys(tree(), KEY, 2).length, 1);
  });
});
