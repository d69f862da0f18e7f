import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { readCredentials, updateCredentials } from "../../src/credentials/credential_store.ts";
import { requireCredentialsLocation } from "../../src/credentials/location.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { profileNamed } from "../support/profile.ts";
import { itOnUnix, modeOf } from "../support/systems.ts";
import { removeTestHomes, world } from "../support/world.ts";

const PROFILE = profileNamed("default");
const locate = (env: Record<string, string> = {}) => requireCredentialsLocation(world({ env }).context);

describe("credential store", () => {
  afterEach(removeTestHomes);

  itOnUnix("creates a folder and file that only their owner can access", async () => {
    const location = locate();
    await updateCredentials(location, (document) => document.save(PROFILE));
    assertEquals([modeOf(location.folder), modeOf(location.file)], ["700", "600"]);
    assertEquals((await readCredentials(location)).find("default"), PROFILE);
  });

  itOnUnix("takes others' access to the file away even when nothing else changes", async () => {
    const location = locate();
    const save = () => updateCredentials(location, (document) => document.save(PROFILE));
    await save();
    const before = Deno.readTextFileSync(location.file);
    Deno.chmodSync(location.file, 0o644);
    await save();
    assertEquals([modeOf(location.file), Deno.readTextFileSync(location.file)], ["600", before]);
  });

  it("leaves only the file and its lock in the folder", async () => {
    const location = locate();
    await updateCredentials(location, (document) => document.save(PROFILE));
    const names = [...Deno.readDirSync(location.folder)].map((it) => it.name).sort();
    assertEquals(names, ["credentials", "credentials.lock"]);
  });

  it("keeps the key out of the lock", async () => {
    const location = locate();
    await updateCredentials(location, (document) => document.save(PROFILE));
    assertEquals(Deno.readTextFileSync(`${location.folder}/credentials.lock`), String(Deno.pid));
  });

  it("removes a killed process's partially written file", async () => {
    const location = locate();
    Deno.mkdirSync(location.folder);
    Deno.writeTextFileSync(`${location.file}.new`, "profiles:\n  default:\n    api_key: flux_dev_ha");
    await updateCredentials(location, (document) => document.save(PROFILE));
    assertThrows(() => Deno.statSync(`${location.file}.new`), Deno.errors.NotFound);
  });

  it("writes nothing when the change throws", async () => {
    const location = locate();
    await updateCredentials(location, (document) => document.save(PROFILE));
    const before = Deno.readTextFileSync(location.file);
    await assertRejects(
      () =>
        updateCredentials(location, (document) => {
          document.remove("default");
          throw new ConfigurationError("no");
        }),
      ConfigurationError,
      "no",
    );
    assertEquals(Deno.readTextFileSync(location.file), before);
  });

  it("keeps all of many concurrent changes", async () => {
    const location = locate();
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name) => updateCredentials(location, (it) => it.save({ ...PROFILE, name }))));
    assertEquals((await readCredentials(location)).profileNames().sort(), names.sort());
  });

  it("doesn't overwrite an unreadable file", async () => {
    const location = locate();
    Deno.mkdirSync(location.folder);
    Deno.writeTextFileSync(location.file, "profiles: [");
    await assertRejects(
      () => updateCredentials(location, (it) => it.save(PROFILE)),
      ConfigurationError,
      "isn't valid YAML",
    );
    assertEquals(Deno.readTextFileSync(location.file), "profiles: [");
  });

  it("is empty without a file", async () => {
    assertEquals((await readCredentials(locate())).profileNames(), []);
  });

  it("is empty without a home folder", async () => {
    assertEquals((await readCredentials(null)).profileNames(), []);
  });

  it("reports a folder in place of the file", async () => {
    const location = locate();
    Deno.mkdirSync(location.file, { recursive: true });
    await assertRejects(
      () => readCredentials(location),
      ConfigurationError,
      "Can't read ~/.fluxloop/credentials: it is a folder",
    );
  });

  it("uses the folder in FLUXLOOP_HOME", () => {
    const elsewhere = Deno.makeTempDirSync();
    assertEquals(locate({ FLUXLOOP_HOME: elsewhere }).file, `${elsewhere}/credentials`.replaceAll("/", sep(elsewhere)));
    Deno.removeSync(elsewhere);
  });

  it("says which variable to set when there is no home folder", () => {
    const { context } = world({ os: "linux" });
    const withoutHome = { ...context, env: () => undefined };
    assertThrows(() => requireCredentialsLocation(withoutHome), ConfigurationError, "Set HOME or FLUXLOOP_HOME");
  });
});

function sep(path: string): string {
  return path.includes("\\") ? "\\" : "/";
}
