import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { ProgramOptions } from "../../src/context.ts";
import { readCredentials, withRequestLock } from "../../src/credentials/credential_store.ts";
import { requireCredentialsLocation } from "../../src/credentials/location.ts";
import type { ApiKey } from "../../src/credentials/profile.ts";
import { SecretStore } from "../../src/credentials/secret_store.ts";
import { profileNamed } from "../support/profile.ts";
import { removeTestHomes, world } from "../support/world.ts";

const PLATFORM = new URL("https://api.fluxloop.ai");
const key = (name: string): ApiKey => ({ kind: "api_key", key: `flux_dev_${name}` });

/** A store with a keychain of one entry. @param onCall Called before the keychain does anything. */
function keychain(onCall: (action: string) => void = () => {}) {
  let entry = "";
  const { context } = world({
    runProgram: (_, { args: [action], input }: ProgramOptions) => {
      onCall(action);
      if (action === "store") entry = input;
      return Promise.resolve({ code: 0, stdout: action === "get" ? entry : "{}", stderr: "" });
    },
  });
  const location = requireCredentialsLocation(context);
  return {
    store: new SecretStore(location),
    read: async () => (await readCredentials(location)).require("default", null),
    change: (fields: Record<string, string>) => {
      const { Secret, ...others } = JSON.parse(entry);
      entry = JSON.stringify({ ...others, Secret: JSON.stringify({ ...JSON.parse(Secret), ...fields }) });
    },
  };
}

describe("secrets in the keychain", () => {
  afterEach(removeTestHomes);

  it("are changed by one process at a time", async () => {
    let login: Promise<unknown> | undefined;
    const { store, read } = keychain((action) => {
      if (action === "get") {
        login ??= store.save({ ...profileNamed("default"), secret: key("c") }, "keychain", PLATFORM);
      }
    });
    await store.save({ ...profileNamed("default"), secret: key("a") }, "keychain", PLATFORM);
    assertEquals(await store.replace("default", key("a"), { secret: key("b") }), true);
    await login;
    assertEquals((await store.read(await read())).secret, key("c"));
  });

  it("can be changed while a profile named Keychain holds its request lock", async () => {
    const { store, read } = keychain();
    await store.save({ ...profileNamed("default"), secret: key("a") }, "keychain", PLATFORM);
    const replace = () => store.replace("default", key("a"), { secret: key("b") });
    await withRequestLock(store.location, "Keychain", 10_000, replace);
    assertEquals((await store.read(await read())).secret, key("b"));
  });

  it("keep the previous key when its expiry time can't be parsed", async () => {
    const { store, read, change } = keychain();
    await store.save({ ...profileNamed("default"), secret: key("a") }, "keychain", PLATFORM);
    change({ previous_key: "flux_dev_old", previous_key_id: "key_1", previous_key_until: "soon" });
    const replaced = { phase: "replaced", key: "flux_dev_old", id: "key_1", until: null } as const;
    assertEquals((await store.read(await read())).rotation, replaced);
  });
});
