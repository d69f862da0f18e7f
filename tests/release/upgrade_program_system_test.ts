import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { VERSION } from "../../src/build_info.ts";
import { namesIn } from "../support/credentials_home.ts";
import { compileOther } from "../support/other_builds.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { base } from "../support/program.ts";
import { Releases } from "../support/releases.ts";
import type { Outcome } from "../support/session.ts";
import { withFault } from "../support/strace.ts";
import { asRoot, runAs, runMounted, SELF, UID } from "../support/users.ts";

const NEWER = "99.0.0";
/** Releases of a few bytes: a shell script that prints its version. */
const SCRIPTED = "98.0.0";
const OLDER = "0.0.1";

/** The steps of an upgrade, as system calls; what a kill at each of them leaves in the program's place. */
const STEPS: readonly { what: string; call: string; on: string; leaves: "old" | "new" }[] = [
  { what: "the new program's file is made", call: "/^open", on: ".new-fluxloop", leaves: "old" },
  { what: "the new program is written", call: "write", on: ".new-fluxloop", leaves: "old" },
  { what: "it goes to disk", call: "/sync$", on: ".new-fluxloop", leaves: "old" },
  { what: "it is closed", call: "close", on: ".new-fluxloop", leaves: "old" },
  { what: "it gets its permissions", call: "/chmod", on: ".new-fluxloop", leaves: "old" },
  { what: "it takes the place", call: "/^rename", on: ".new-fluxloop", leaves: "old" },
  { what: "the folder goes to disk", call: "/sync$", on: "", leaves: "new" },
];

describe(`the program, upgrading itself on the base of Deno ${base().deno}`, () => {
  let releases: Releases;
  let installed: string;
  let folder: string;
  let path: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    releases = await Releases.open();
    const constants = { releaseKey: releases.key.publicKey, releasesUrl: releases.url };
    installed = `${releases.folder}/installed`;
    const newer = `${releases.folder}/newer`;
    await compileOther(constants, installed);
    await compileOther({ ...constants, version: NEWER }, newer);
    await Deno.chmod(releases.folder, 0o755);
    for (const it of [OLDER, SCRIPTED]) await releases.publish(it, Deno.build.target, script(it));
    await releases.publish(NEWER, Deno.build.target, await Deno.readFile(newer));
    await Deno.remove(newer);
  });
  afterAll(() => releases.close());
  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "fluxloop-bin-" });
    path = `${folder}/fluxloop`;
    await Deno.copyFile(installed, path);
    await Deno.chmod(path, 0o755);
    env = { FLUXLOOP_CA_FILE: `${folder}-ca.pem`, PATH: "/usr/bin:/bin" };
    await Deno.copyFile(releases.authority.file, env.FLUXLOOP_CA_FILE);
    releases.requests.length = 0;
  });
  afterEach(async () => {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(env.FLUXLOOP_CA_FILE);
  });

  /** @returns A small program that says that it is this version. */
  function script(version: string, then = ""): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(`#!/bin/sh\n${then}\necho "fluxloop ${version}"\n`);
  }

  const run = (args: readonly string[], more: Record<string, string> = {}): Promise<Outcome> =>
    runAs(SELF, [path, ...args], { env: { ...env, ...more } });
  const version = async () => (await run(["--version"])).stdout.split(/\s/)[1];

  it("becomes the latest release, which then has nothing to do", async () => {
    const { code, stdout, stderr } = await run(["upgrade"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, `✅ Upgraded fluxloop from ${VERSION} to ${NEWER}: ${path}\n`);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
    assertEquals((await run(["upgrade"])).stdout, `✅ fluxloop ${NEWER} is up to date.\n`);
  });

  it("goes back to an older release that is named, and tells it as JSON", async () => {
    const { code, stdout } = await run(["upgrade", "--version", `v${OLDER}`, "--json"]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout), { current: VERSION, version: OLDER, newer: false, upgraded: true, path });
    assertEquals(await version(), OLDER);
  });

  it("says what there is with --check, and stays", async () => {
    const { code, stdout } = await run(["upgrade", "--check"]);
    assertEquals([code, stdout], [
      0,
      `fluxloop ${NEWER} is available (this is ${VERSION}). Upgrade: fluxloop upgrade\n`,
    ]);
    assertEquals(await version(), VERSION);
  });

  it("says nothing of a release that is named with --check, which asks for the latest", async () => {
    const { code, stdout, stderr } = await run(["upgrade", "--check", "--version", "1.2.3"]);
    assertEquals([code, stdout, releases.requests.length], [2, "", 0]);
    assertStringIncludes(stderr, '"--check" conflicts with option "--version"');
  });

  it("is replaced where a link leads to it, which stays a link", async () => {
    await Deno.mkdir(`${folder}/bin`);
    await Deno.symlink("../fluxloop", `${folder}/bin/fluxloop`);
    const { code } = await runAs(SELF, [`${folder}/bin/fluxloop`, "upgrade", "--version", SCRIPTED], { env });
    assertEquals([code, await version(), await Deno.readLink(`${folder}/bin/fluxloop`)], [0, SCRIPTED, "../fluxloop"]);
  });

  it("hands a key neither to a server nor to the new program", async () => {
    const seen = `${folder}/seen`;
    await releases.publish("97.0.0", Deno.build.target, script("97.0.0", `/usr/bin/env > ${seen}`));
    releases.latest = `v${NEWER}`;
    const { code, stdout, stderr } = await run(["upgrade", "-v", "--version", "97.0.0"], {
      FLUXLOOP_API_KEY: DOCUMENTED_KEY,
    });
    assertEquals(code, 0, stderr);
    assertStringIncludes(await Deno.readTextFile(seen), "PATH=");
    const told = [
      stdout,
      stderr,
      await Deno.readTextFile(seen),
      JSON.stringify(releases.requests.map((it) => [it.url, ...it.headers])),
    ];
    assertEquals(told.filter((it) => it.includes("flux_dev_")), []);
  });

  it("minds no variable that would lead it to other releases or another key", async () => {
    const names = ["URL", "KEY", "RELEASES", "RELEASES_URL", "RELEASE_KEY", "PUBLIC_KEY", "UPGRADE_URL"];
    const others = Object.fromEntries(names.map((it) => [`FLUXLOOP_${it}`, "https://127.0.0.1:1/releases"]));
    assertEquals((await run(["upgrade", "--check"], others)).code, 0);
  });

  for (const { what, call, on, leaves } of STEPS) {
    it(`when it is killed as ${what} leaves the ${leaves} program, and upgrades the next time`, async () => {
      const place = on === "" ? folder : `${folder}/${on}`;
      const command = withFault({ call, path: place }, "kill", [path, "upgrade", "--version", SCRIPTED]);
      assertEquals((await runAs(SELF, command, { env })).code, 137);
      assertEquals(await version(), leaves === "old" ? VERSION : SCRIPTED);
      if (leaves === "old") {
        const { code, stderr } = await run(["upgrade", "--version", SCRIPTED]);
        assertEquals(code, 0, stderr);
        assertEquals(await version(), SCRIPTED);
      }
      assertEquals(namesIn(folder), ["fluxloop"]);
    });
  }

  for (
    const [call, on, fault] of [["write", ".new-fluxloop", "EIO"], ["/sync$", ".new-fluxloop", "EIO"], [
      "/^rename",
      ".new-fluxloop",
      "EIO",
    ]] as const
  ) {
    it(`stays, alone in its folder, where ${call.replaceAll(/\W/g, "")} fails`, async () => {
      const command = withFault({ call, path: `${folder}/${on}` }, fault, [path, "upgrade", "--version", SCRIPTED]);
      const { code, stderr } = await runAs(SELF, command, { env });
      assertEquals(code, 1);
      assertStringIncludes(stderr, `Can't replace ${path}: `);
      assertEquals([await version(), namesIn(folder)], [VERSION, ["fluxloop"]]);
    });
  }

  it("stays where the disk is full", async () => {
    const size = Math.ceil((await Deno.stat(installed)).size / 1024 / 1024) + 20;
    const prepare = `mount -t tmpfs -o size=${size}m,mode=777 none "$PWD" && cp "${installed}" "${path}"`;
    const outcome = await runMounted(SELF, prepare, [path, "upgrade"], { env, cwd: folder }, `ls -A "${folder}"`);
    assertEquals(outcome.code, 1, outcome.stderr);
    assertStringIncludes(outcome.stderr, `Can't replace ${path}: the disk is full`);
    assertEquals(outcome.stderr.trim().split("\n").at(-1), "fluxloop");
  });

  it("asks nobody where its folder is not the user's to write to, and says what to do", async () => {
    await asRoot('chown -R root "$1" && chmod 755 "$1"', folder);
    const { code, stderr } = await runAs("ordinary", [path, "upgrade"], { env });
    await asRoot('chown -R "$2" "$1"', folder, String(UID[SELF]));
    assertEquals(code, 2, stderr);
    assertStringIncludes(
      stderr,
      "permission denied. Run it with sudo, or install fluxloop in a folder of your own.",
    );
    assertEquals(releases.requests, []);
  });

  it("asks nobody where its file system is read-only, even of root", async () => {
    const prepare = `mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD"`;
    const { code, stderr } = await runMounted("root", prepare, [path, "upgrade"], { env, cwd: folder });
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, `Can't replace ${path}: read-only file system`);
    assertEquals([releases.requests, namesIn(folder)], [[], ["fluxloop"]]);
  });

  it("is upgraded by root for the user whose it is", async () => {
    await asRoot('chown -R "$2" "$1"', folder, String(UID.ordinary));
    const { code, stderr } = await runAs("root", [path, "upgrade", "--version", SCRIPTED], { env });
    const owner = await asRoot('stat -c %u "$1"', path);
    await asRoot('chown -R "$2" "$1"', folder, String(UID[SELF]));
    assertEquals([code, owner.trim()], [0, String(UID.ordinary)], stderr);
  });

  it("is left to Homebrew where Homebrew has installed it", async () => {
    const place = "/opt/homebrew/Cellar/fluxloop/0.1.0/bin";
    const there = `mount -t tmpfs -o mode=755 none /opt && mkdir -p ${place} && cp "${installed}" ${place}/fluxloop`;
    const { code, stderr } = await runMounted(SELF, there, [`${place}/fluxloop`, "upgrade"], { env, cwd: folder });
    assertEquals(code, 2, stderr);
    assertEquals(stderr, `❌ Error: Homebrew installed ${place}/fluxloop. Run: brew upgrade fluxloop\n`);
    assertEquals(releases.requests, []);
  });

  it("ends well when it is told to upgrade twice at once", async () => {
    const upgrade = ["upgrade", "--version", SCRIPTED];
    const both = await Promise.all([run(upgrade), run(upgrade)]);
    assert(both.some((it) => it.code === 0), both[0].stderr);
    for (const { code, stderr } of both) if (code !== 0) assertMatch(stderr, /Another upgrade of .* is running/);
    assertEquals([await version(), namesIn(folder)], [SCRIPTED, ["fluxloop"]]);
  });
});
