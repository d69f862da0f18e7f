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

/** Small releases: shell scripts that print their version. */
const NEWER = "99.0.0";
const OLDER = "0.0.1";
/** A release of 32 MiB. */
const LARGE = "98.0.0";

const PADDING = new Uint8Array(32 * 1024 * 1024);

/** The steps of an upgrade as system calls, and the program installed after a kill at each of them. */
const STEPS: readonly { what: string; call: string; on: string; leaves: "old" | "new" }[] = [
  { what: "creating the new program's file", call: "/^open", on: ".new-fluxloop", leaves: "old" },
  { what: "writing the new program", call: "write", on: ".new-fluxloop", leaves: "old" },
  { what: "syncing the new program", call: "/sync$", on: ".new-fluxloop", leaves: "old" },
  { what: "closing the new program's file", call: "close", on: ".new-fluxloop", leaves: "old" },
  { what: "setting its permissions", call: "/chmod", on: ".new-fluxloop", leaves: "old" },
  { what: "replacing the old program", call: "/^rename", on: ".new-fluxloop", leaves: "old" },
  { what: "syncing the folder", call: "/sync$", on: "", leaves: "new" },
];

/** @returns A program that prints this version. */
function script(version: string, before = "", after = ""): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`#!/bin/sh\n${before}\necho "fluxloop ${version}"\n${after}\n`);
}

describe(`fluxloop upgrade (Deno ${base().deno})`, () => {
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
    // A link instead of a copy of 100 MB: an upgrade replaces the file and doesn't change it.
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
  /** The original program is a hard link to `installed`; an upgraded one isn't. */
  const isOld = async () => (await Deno.stat(path)).ino === (await Deno.stat(installed)).ino;

  it("upgrades to the latest release", async () => {
    const { code, stdout, stderr } = await run(["upgrade"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, `✅ Upgraded fluxloop from ${VERSION} to ${NEWER}: ${path}\n`);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
  });

  it("does nothing if the program is the latest release", async () => {
    releases.latest = `v${VERSION}`;
    assertEquals((await run(["upgrade"])).stdout, `✅ fluxloop ${VERSION} is up to date.\n`);
  });

  it("downgrades to a named release and reports it as JSON", async () => {
    const { code, stdout } = await run(["upgrade", "--version", `v${OLDER}`, "--json"]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout), { current: VERSION, version: OLDER, newer: false, upgraded: true, path });
    assertEquals(await version(), OLDER);
  });

  it("only reports a newer release with --check", async () => {
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

  it("replaces the target of a symbolic link and keeps the link", async () => {
    await Deno.mkdir(`${folder}/bin`);
    await Deno.symlink("../fluxloop", `${folder}/bin/fluxloop`);
    const { code } = await runAs(SELF, [`${folder}/bin/fluxloop`, "upgrade", "--version", NEWER], { env });
    assertEquals([code, await version(), await Deno.readLink(`${folder}/bin/fluxloop`)], [0, NEWER, "../fluxloop"]);
  });

  it("passes no key to the server or the new program", async () => {
    const seen = `${folder}/seen`;
    await releases.publish("97.0.0", Deno.build.target, script("97.0.0", `/usr/bin/env > ${seen}`));
    const { code, stdout, stderr } = await run(["upgrade", "-v", "--version", "97.0.0"], {
      FLUXLOOP_API_KEY: DOCUMENTED_KEY,
    });
    assertEquals(code, 0, stderr);
    assertStringIncludes(await Deno.readTextFile(seen), "PATH=");
    const texts = [
      stdout,
      stderr,
      await Deno.readTextFile(seen),
      JSON.stringify(releases.requests.map((it) => [it.url, ...it.headers])),
    ];
    assertEquals(texts.filter((it) => it.includes("flux_dev_")), []);
  });

  it("ignores variables that might change the releases URL or the signing key", async () => {
    const names = ["URL", "KEY", "RELEASES", "RELEASES_URL", "RELEASE_KEY", "PUBLIC_KEY", "UPGRADE_URL"];
    const others = Object.fromEntries(names.map((it) => [`FLUXLOOP_${it}`, "https://127.0.0.1:1/releases"]));
    assertEquals((await run(["upgrade", "--check"], others)).code, 0);
  });

  for (const { what, call, on, leaves } of STEPS) {
    it(`leaves the ${leaves} program when killed while ${what}, and upgrades the next time`, async () => {
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
    it(`keeps the old program and cleans up if ${call.replaceAll(/\W/g, "")} fails`, async () => {
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

  it("sends no request if its folder isn't writable, and suggests what to do", async () => {
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

  it("keeps the program's owner when run by root", async () => {
    // A copy, because changing a hard link's owner would change the original's.
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
    const prepare = `mount -t tmpfs -o mode=755 none /opt && mkdir -p ${place} && cp "${installed}" ${place}/fluxloop`;
    const { code, stderr } = await runMounted(SELF, prepare, [`${place}/fluxloop`, "upgrade"], { env, cwd: folder });
    assertEquals(code, 2, stderr);
    assertEquals(stderr, `❌ Error: Homebrew installed ${place}/fluxloop. Run: brew upgrade fluxloop\n`);
    assertEquals(releases.requests, []);
  });

  it("upgrades once if started twice at the same time", async () => {
    const upgrade = ["upgrade", "--version", NEWER];
    const both = await Promise.all([run(upgrade), run(upgrade)]);
    assert(both.some((it) => it.code === 0), both[0].stderr);
    // The second one finds the first one running, or its own file already replaced.
    const refusal = /Another upgrade of .* is running|file was replaced or removed/;
    for (const { code, stderr } of both) if (code !== 0) assertMatch(stderr, refusal);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
  });
});
