import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { VERSION } from "../../src/build_info.ts";
import { namesIn } from "../support/credentials_home.ts";
import { compileVariant } from "../support/other_builds.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { base } from "../support/program.ts";
import { Releases } from "../support/releases.ts";
import type { Outcome } from "../support/session.ts";
import { withFault } from "../support/strace.ts";
import { asRoot, runAs, runMounted, SELF, UID } from "../support/users.ts";

/** Releases of a few bytes: shell scripts that print their version. */
const NEWER = "99.0.0";
const OLDER = "0.0.1";
/** One that needs 32 MiB. */
const LARGE = "98.0.0";

const PADDING = new Uint8Array(32 * 1024 * 1024);

/** The steps of an upgrade as system calls, and the program that a kill at each of them leaves. */
const STEPS: readonly { what: string; call: string; on: string; leaves: "old" | "new" }[] = [
  { what: "the new program's file is created", call: "/^open", on: ".new-fluxloop", leaves: "old" },
  { what: "the new program is written", call: "write", on: ".new-fluxloop", leaves: "old" },
  { what: "it is synced", call: "/sync$", on: ".new-fluxloop", leaves: "old" },
  { what: "it is closed", call: "close", on: ".new-fluxloop", leaves: "old" },
  { what: "it gets its permissions", call: "/chmod", on: ".new-fluxloop", leaves: "old" },
  { what: "it replaces the old program", call: "/^rename", on: ".new-fluxloop", leaves: "old" },
  { what: "the folder is synced", call: "/sync$", on: "", leaves: "new" },
];

/** @returns A program that prints this version. */
function script(version: string, before = "", after = ""): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`#!/bin/sh\n${before}\necho "fluxloop ${version}"\n${after}\n`);
}

describe(`the program, upgrading itself on the base of Deno ${base().deno}`, () => {
  let releases: Releases;
  let installed: string;
  let folder: string;
  let path: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    releases = await Releases.open();
    installed = `${releases.folder}/installed`;
    await compileVariant({ releaseKey: releases.key.publicKey, releasesUrl: releases.url }, installed);
    for (const it of [installed, releases.folder]) await Deno.chmod(it, 0o755);
    await releases.publish(
      LARGE,
      Deno.build.target,
      new Uint8Array(await new Blob([script(LARGE, "", "exit"), PADDING]).arrayBuffer()),
    );
    for (const it of [OLDER, NEWER]) await releases.publish(it, Deno.build.target, script(it));
  });
  afterAll(() => releases.close());
  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "fluxloop-bin-" });
    path = `${folder}/fluxloop`;
    // Not a copy: it has 100 MB, and an upgrade replaces it instead of changing it.
    await Deno.link(installed, path);
    releases.latest = `v${NEWER}`;
    env = { FLUXLOOP_CA_FILE: `${folder}-ca.pem`, PATH: "/usr/bin:/bin" };
    await Deno.copyFile(releases.authority.file, env.FLUXLOOP_CA_FILE);
    releases.requests.length = 0;
  });
  afterEach(async () => {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(env.FLUXLOOP_CA_FILE);
  });

  const run = (args: readonly string[], more: Record<string, string> = {}): Promise<Outcome> =>
    runAs(SELF, [path, ...args], { env: { ...env, ...more } });
  const version = async () => await isOld() ? VERSION : (await run(["--version"])).stdout.split(/\s/)[1];
  /** The program that is installed at first is a link to `installed`, and no copy is one. */
  const isOld = async () => (await Deno.stat(path)).ino === (await Deno.stat(installed)).ino;

  it("becomes the latest release", async () => {
    const { code, stdout, stderr } = await run(["upgrade"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, `✅ Upgraded fluxloop from ${VERSION} to ${NEWER}: ${path}\n`);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
  });

  it("has nothing to do if it is the latest release", async () => {
    releases.latest = `v${VERSION}`;
    assertEquals((await run(["upgrade"])).stdout, `✅ fluxloop ${VERSION} is up to date.\n`);
  });

  it("goes back to a named older release, and reports it as JSON", async () => {
    const { code, stdout } = await run(["upgrade", "--version", `v${OLDER}`, "--json"]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout), { current: VERSION, version: OLDER, newer: false, upgraded: true, path });
    assertEquals(await version(), OLDER);
  });

  it("with --check only reports the newer release", async () => {
    const { code, stdout } = await run(["upgrade", "--check"]);
    assertEquals([code, stdout], [
      0,
      `fluxloop ${NEWER} is available (this is ${VERSION}). Upgrade: fluxloop upgrade\n`,
    ]);
    assertEquals(await version(), VERSION);
  });

  it("rejects --check with --version", async () => {
    const { code, stdout, stderr } = await run(["upgrade", "--check", "--version", "1.2.3"]);
    assertEquals([code, stdout, releases.requests.length], [2, "", 0]);
    assertStringIncludes(stderr, "--check can't be combined with --version");
  });

  it("replaces the program that a link points to, and keeps the link", async () => {
    await Deno.mkdir(`${folder}/bin`);
    await Deno.symlink("../fluxloop", `${folder}/bin/fluxloop`);
    const { code } = await runAs(SELF, [`${folder}/bin/fluxloop`, "upgrade", "--version", NEWER], { env });
    assertEquals([code, await version(), await Deno.readLink(`${folder}/bin/fluxloop`)], [0, NEWER, "../fluxloop"]);
  });

  it("sends a key neither to a server nor to the new program", async () => {
    const seen = `${folder}/seen`;
    await releases.publish("97.0.0", Deno.build.target, script("97.0.0", `/usr/bin/env > ${seen}`));
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

  it("ignores variables that could change the releases or the key", async () => {
    const names = ["URL", "KEY", "RELEASES", "RELEASES_URL", "RELEASE_KEY", "PUBLIC_KEY", "UPGRADE_URL"];
    const others = Object.fromEntries(names.map((it) => [`FLUXLOOP_${it}`, "https://127.0.0.1:1/releases"]));
    assertEquals((await run(["upgrade", "--check"], others)).code, 0);
  });

  for (const { what, call, on, leaves } of STEPS) {
    it(`killed when ${what}, leaves the ${leaves} program and upgrades the next time`, async () => {
      const place = on === "" ? folder : `${folder}/${on}`;
      const command = withFault({ call, path: place }, "kill", [path, "upgrade", "--version", NEWER]);
      assertEquals((await runAs(SELF, command, { env })).code, 137);
      assertEquals(await version(), leaves === "old" ? VERSION : NEWER);
      if (leaves === "old") {
        const { code, stderr } = await run(["upgrade", "--version", NEWER]);
        assertEquals(code, 0, stderr);
        assertEquals(await version(), NEWER);
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
    it(`keeps the old program alone in its folder if ${call.replaceAll(/\W/g, "")} fails`, async () => {
      const command = withFault({ call, path: `${folder}/${on}` }, fault, [path, "upgrade", "--version", NEWER]);
      const { code, stderr } = await runAs(SELF, command, { env });
      assertEquals(code, 1);
      assertStringIncludes(stderr, `Can't replace ${path}: `);
      assertEquals([await version(), namesIn(folder)], [VERSION, ["fluxloop"]]);
    });
  }

  it("keeps the old program if the disk is full", async () => {
    const size = Math.ceil((await Deno.stat(installed)).size / 1024 / 1024) + 20;
    const prepare = `mount -t tmpfs -o size=${size}m,mode=777 none "$PWD" && cp "${installed}" "${path}"`;
    const outcome = await runMounted(
      SELF,
      prepare,
      [path, "upgrade", "--version", LARGE],
      { env, cwd: folder },
      `ls -A "${folder}"`,
    );
    assertEquals(outcome.code, 1, outcome.stderr);
    assertStringIncludes(outcome.stderr, `Can't replace ${path}: the disk is full`);
    assertEquals(outcome.stderr.trim().split("\n").at(-1), "fluxloop");
  });

  it("sends no request if its folder isn't writable, and says what to do", async () => {
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

  it("sends no request if its file system is read-only, even as root", async () => {
    const prepare = `mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD"`;
    const { code, stderr } = await runMounted("root", prepare, [path, "upgrade"], { env, cwd: folder });
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, `Can't replace ${path}: read-only file system`);
    assertEquals([releases.requests, namesIn(folder)], [[], ["fluxloop"]]);
  });

  it("upgraded by root, keeps its owner", async () => {
    // The owner of a link is the owner of the file.
    await Deno.remove(path);
    await Deno.copyFile(installed, path);
    await asRoot('chown -R "$2" "$1"', folder, String(UID.ordinary));
    const { code, stderr } = await runAs("root", [path, "upgrade", "--version", NEWER], { env });
    const owner = await asRoot('stat -c %u "$1"', path);
    await asRoot('chown -R "$2" "$1"', folder, String(UID[SELF]));
    assertEquals([code, owner.trim()], [0, String(UID.ordinary)], stderr);
  });

  it("refers to Homebrew if Homebrew installed it", async () => {
    const place = "/opt/homebrew/Cellar/fluxloop/0.1.0/bin";
    const there = `mount -t tmpfs -o mode=755 none /opt && mkdir -p ${place} && cp "${installed}" ${place}/fluxloop`;
    const { code, stderr } = await runMounted(SELF, there, [`${place}/fluxloop`, "upgrade"], { env, cwd: folder });
    assertEquals(code, 2, stderr);
    assertEquals(stderr, `❌ Error: Homebrew installed ${place}/fluxloop. Run: brew upgrade fluxloop\n`);
    assertEquals(releases.requests, []);
  });

  it("upgrades once if started twice at the same time", async () => {
    const upgrade = ["upgrade", "--version", NEWER];
    const both = await Promise.all([run(upgrade), run(upgrade)]);
    assert(both.some((it) => it.code === 0), both[0].stderr);
    // The second may find the first at work, or its own file replaced already.
    const refusal = /Another upgrade of .* is running|file was replaced or removed/;
    for (const { code, stderr } of both) if (code !== 0) assertMatch(stderr, refusal);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
  });
});
