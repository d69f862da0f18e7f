import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { readCredentials, updateCredentials } from "../../src/credentials/credential_store.ts";
import { requireCredentialsLocation } from "../../src/credentials/location.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { profileNamed } from "../support/profile.ts";
import { itOnUnix, modeOf } from "../support/systems.ts";
import { removeTestHomes, world } from "../support/world.ts";

const PROFILE = profileNamed("default");
const place = (env: Record<string, string> = {}) => requireCredentialsLocation(world({ env }).context);

describe("credential store", () => {
  afterEach(removeTestHomes);

  itOnUnix("creates folder and file for their owner alone", async () => {
    const location = place();
    await updateCredentials(location, (document) => document.save(PROFILE));
    assertEquals([modeOf(location.folder), modeOf(location.file)], ["700", "600"]);
    assertEquals((await readCredentials(location)).find("default"), PROFILE);
  });

  it("leaves nothing beside the file but its lock", async () => {
    const location = place();
    await updateCredentials(location, (document) => document.save(PROFILE));
    const names = [...Deno.readDirSync(location.folder)].map((it) => it.name).sort();
    assertEquals(names, ["credentials", "credentials.lock"]);
  });

  it("keeps the key out of the lock", async () => {
    const location = place();
    await updateCredentials(location, (document) => document.save(PROFILE));
    assertEquals(Deno.readTextFileSync(`${location.folder}/credentials.lock`), String(Deno.pid));
  });

  it("removes what a killed process left half-written", async () => {
    const location = place();
    Deno.mkdirSync(location.folder);
    Deno.writeTextFileSync(`${location.file}.new`, "profiles:\n  default:\n    api_key: flux_dev_ha");
    await updateCredentials(location, (document) => document.save(PROFILE));
    assertThrows(() => Deno.statSync(`${location.file}.new`), Deno.errors.NotFound);
  });

  it("writes nothing when the change throws", async () => {
    const location = place();
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

  it("loses none of many changes at once", async () => {
    const location = place();
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name) => updateCredentials(location, (it) => it.save({ ...PROFILE, name }))));
    assertEquals((await readCredentials(location)).profileNames().sort(), names.sort());
  });

  it("doesn't overwrite a file that it can't read", async () => {
    const location = place();
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
    assertEquals((await readCredentials(place())).profileNames(), []);
  });

  it("is empty without a home folder", async () => {
    assertEquals((await readCredentials(null)).profileNames(), []);
  });

  it("reports a folder in place of the file", async () => {
    const location = place();
    Deno.mkdirSync(location.file, { recursive: true });
    await assertRejects(
      () => readCredentials(location),
      ConfigurationError,
      "Can't read ~/.fluxloop/credentials: it is a folder",
    );
  });

  it("is in the folder that FLUXLOOP_HOME names", () => {
    const elsewhere = Deno.makeTempDirSync();
    assertEquals(place({ FLUXLOOP_HOME: elsewhere }).file, `${elsewhere}/credentials`.replaceAll("/", sep(elsewhere)));
    Deno.removeSync(elsewhere);
  });

  it("says which variable to set when there is no home folder", () => {
    const { context } = world({ os: "linux" });
    const homeless = { ...context, env: () => undefined };
    assertThrows(() => requireCredentialsLocation(homeless), ConfigurationError, "Set HOME or FLUXLOOP_HOME");
  });
});

function sep(path: string): string {
  return path.includes("\\") ? "\\" : "/";
}
