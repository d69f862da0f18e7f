import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { afterEach, describe, it } from "@std/testing/bdd";
import { credentialsLocation, requireCredentialsLocation } from "../src/credentials/location.ts";
import { ConfigurationError, UsageError } from "../src/errors.ts";
import { pathFrom } from "../src/paths.ts";
import { removeTestHomes, world } from "./support/world.ts";

describe("a path that the user names", () => {
  afterEach(removeTestHomes);

  const kept = ["/etc/fluxloop", "relative/folder", "C:\\Users\\jane", "with space", "a~b", "~jane/folder", "日本"];
  for (const path of kept) it(`is kept: ${path}`, () => assertEquals(pathFrom(world().context, path, "X"), path));

  for (const [path, rest] of [["~", ""], ["~/.flux", "/.flux"], ["~\\flux", "\\flux"]]) {
    it(`begins in the home folder: ${path}`, () => {
      const { context, home } = world();
      assertEquals(pathFrom(context, path, "X"), home + rest);
    });
  }

  const rejected: [string, string][] = [
    ["$HOME/x", "X contains $, which"],
    ["${HOME}/x", "X contains $, which"],
    ['"/tmp/x"', 'X contains ", which'],
    ["'/tmp/x'", "X contains ', which"],
    ["%USERPROFILE%\\flux", "X contains %USERPROFILE%, which"],
    ["/tmp/x\n", "X contains a line break, which"],
    ["/tmp/x\r", "X contains a line break, which"],
  ];
  for (const [path, message] of rejected) {
    it(`is rejected: ${JSON.stringify(path)}`, () => {
      assertThrows(() => pathFrom(world().context, path, "X"), UsageError, message);
    });
  }

  it("is rejected with ~ where there is no home folder", () => {
    const { context } = world({ os: "linux", env: { HOME: "" } });
    assertThrows(() => pathFrom(context, "~/x", "X"), UsageError, "HOME isn't set");
  });

  it("is rejected with ~ where the home folder is a relative path", () => {
    const { context } = world({ os: "linux", env: { HOME: "~" } });
    assertThrows(() => pathFrom(context, "~/x", "X"), UsageError, "HOME isn't set");
  });

  it("names the variable that Windows has for a missing home folder", () => {
    const { context } = world({ os: "windows", env: { USERPROFILE: "" } });
    assertThrows(() => pathFrom(context, "~/x", "X"), UsageError, "USERPROFILE isn't set");
    assertThrows(() => requireCredentialsLocation(context), ConfigurationError, "Set USERPROFILE or FLUXLOOP_HOME");
  });

  for (const blank of ["", "  "]) {
    it(`isn't ${JSON.stringify(blank)} in FLUXLOOP_HOME`, () => {
      const { context, home } = world({ env: { FLUXLOOP_HOME: blank } });
      assertEquals(credentialsLocation(context)?.folder, join(home, ".fluxloop"));
    });
  }

  it("has no place for credentials in a relative home folder", () => {
    assertEquals(credentialsLocation(world({ env: { HOME: "~", USERPROFILE: "~" } }).context), null);
  });

  it("tells where credentials are, in FLUXLOOP_HOME", () => {
    const { context, home } = world({ env: { FLUXLOOP_HOME: "~/.flux" } });
    assertEquals(credentialsLocation(context)?.shown, "~/.flux/credentials");
    assertEquals(credentialsLocation(context)?.folder, join(home, ".flux"));
  });
});
