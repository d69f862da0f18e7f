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
const SCRIPTED = "98.0.0";

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
    await releases.publish(SCRIPTED, Deno.build.target, script(SCRIPTED));
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
    assertEquals(stdout, `✅ fluxloop ${NEWER} is installed (it was ${VERSION}): ${path}\n`);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
    assertEquals((await run(["upgrade"])).stdout, `✅ fluxloop ${NEWER} is up to date.\n`);
  });

  it("goes back to an older release that is named, and tells it as JSON", async () => {
    assertEquals((await run(["upgrade"])).code, 0);
    const { code, stdout } = await run(["upgrade", "--version", `v${SCRIPTED}`, "--json"]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout), { current: NEWER, version: SCRIPTED, newer: false, upgraded: true, path });
    assertEquals(await version(), SCRIPTED);
  });

  it("says what there is with --check, and stays", async () => {
    const { code, stdout } = await run(["upgrade", "--check"]);
    assertEquals([code, stdout], [0, `fluxloop ${NEWER} is out (this is ${VERSION}). Upgrade: fluxloop upgrade\n`]);
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
        const { code, stderr } = await run(["upgrade"]);
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
    it(`stays, alone in its folder, where ${call.replaceAll(/\W/g, "")} fails`, async () => {
      const command = withFault({ call, path: `${folder}/${on}` }, fault, [path, "upgrade", "--version", SCRIPTED]);
      const { code, stderr } = await runAs(SELF, command, { env });
      assertEquals(code, 1);
      assertStringIncludes(stderr, `${path} cannot be replaced: the system refused it`);
      assertEquals([await version(), namesIn(folder)], [VERSION, ["fluxloop"]]);
    });
  }

  it("stays where the disk is full", async () => {
    const size = Math.ceil((await Deno.stat(installed)).size / 1024 / 1024) + 20;
    const prepare = `mount -t tmpfs -o size=${size}m,mode=777 none "$PWD" && cp "${installed}" "${path}"`;
    const outcome = await runMounted(SELF, prepare, [path, "upgrade"], { env, cwd: folder }, `ls -A "${folder}"`);
    assertEquals(outcome.code, 1, outcome.stderr);
    assertStringIncludes(outcome.stderr, `${path} cannot be replaced: the disk is full`);
    assertEquals(outcome.stderr.trim().split("\n").at(-1), "fluxloop");
  });

  it("asks nobody where its folder is not the user's to write to, and says what to do", async () => {
    await asRoot('chown -R root "$1" && chmod 755 "$1"', folder);
    const { code, stderr } = await runAs("ordinary", [path, "upgrade"], { env });
    await asRoot('chown -R "$2" "$1"', folder, String(UID[SELF]));
    assertEquals(code, 2, stderr);
    assertStringIncludes(
      stderr,
      "its folder is not yours to write to; run it with sudo, or install fluxloop in a folder of your own",
    );
    assertEquals(releases.requests, []);
  });

  it("asks nobody where its file system is read-only, even of root", async () => {
    const prepare = `mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD"`;
    const { code, stderr } = await runMounted("root", prepare, [path, "upgrade"], { env, cwd: folder });
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, `${path} cannot be replaced: its file system is read-only`);
    assertEquals([releases.requests, namesIn(folder)], [[], ["fluxloop"]]);
  });

  it("is upgraded by root for the user whose it is", async () => {
    await asRoot('chown -R "$2" "$1"', folder, String(UID.ordinary));
    const { code, stderr } = await runAs("root", [path, "upgrade", "--version", SCRIPTED], { env });
    const owner = await asRoot('stat -c %u "$1"', path);
    await asRoot('chown -R "$2" "$1"', folder, String(UID[SELF]));
    assertEquals([code, owner.trim()], [0, String(UID.ordinary)], stderr);
  });

  const DPKG = 'mount --bind "$PWD/system/var/lib/dpkg" /var/lib/dpkg';
  const RPM = 'mkdir -p /var/lib/rpm && mount --bind "$PWD/rpmdb" /var/lib/rpm';
  const PACMAN = `mount -t tmpfs none /var/lib && mkdir -p /var/lib/pacman/local/fluxloop-1-1 &&
    printf '%%FILES%%\\nopt/\\nopt/kept/bin/fluxloop\\n' > /var/lib/pacman/local/fluxloop-1-1/files`;
  const kept: [string, string, string, (folder: string) => Promise<void>, string][] = [
    ["Homebrew", "/opt/homebrew/Cellar/fluxloop/0.1.0/bin", "true", async () => {}, "brew upgrade fluxloop"],
    ["dpkg", "/opt/kept/bin", DPKG, installWithDpkg, "apt-get install --only-upgrade fluxloop"],
    ["rpm", "/opt/kept/bin", RPM, installWithRpm, "dnf upgrade fluxloop"],
    ["pacman", "/opt/kept/bin", PACMAN, async () => {}, "pacman -S fluxloop"],
  ];
  for (const [keeper, place, prepare, install, command] of kept) {
    it(`is left to ${keeper} where that has installed it`, async () => {
      await install(folder);
      const there = `mount -t tmpfs -o mode=755 none /opt && mkdir -p ${place} && cp "${installed}" ${place}/fluxloop`;
      const program = [`${place}/fluxloop`, "upgrade"];
      const options = { env: { ...env, HOME: `${folder}/home` }, cwd: folder };
      const { code, stderr } = await runMounted(SELF, `${there} && ${prepare}`, program, options);
      assertEquals(code, 2, stderr);
      assertEquals(stderr, `❌ Error: ${place}/fluxloop was installed by ${keeper}, which upgrades it: ${command}\n`);
      assertEquals(releases.requests, []);
      assertEquals(namesIn(folder).includes("home"), false, "rpm makes a database where there is none");
    });
  }

  it("is not left to a package manager that has installed another program", async () => {
    await installWithDpkg(folder);
    await installWithRpm(folder);
    const there = `mount -t tmpfs -o mode=777 none /opt && cp "${installed}" /opt/fluxloop && ${DPKG} && ${RPM}`;
    const program = ["/opt/fluxloop", "upgrade", "--version", SCRIPTED];
    const options = { env: { ...env, HOME: `${folder}/home` }, cwd: folder };
    const { code, stderr } = await runMounted(SELF, there, program, options);
    assertEquals(code, 0, stderr);
  });

  it("ends well when it is told to upgrade twice at once", async () => {
    const both = await Promise.all([run(["upgrade"]), run(["upgrade"])]);
    assert(both.some((it) => it.code === 0), both[0].stderr);
    for (const { code, stderr } of both) if (code !== 0) assertMatch(stderr, /Another upgrade of .* is under way/);
    assertEquals([await version(), namesIn(folder)], [NEWER, ["fluxloop"]]);
  });
});

/** The file of the packages that are really made. */
const KEPT = "/opt/kept/bin/fluxloop";

/** Installs a package, the record of which is below `folder`/system. */
async function installWithDpkg(folder: string): Promise<void> {
  const script = `
    cd "$1"; mkdir -p package/DEBIAN "package/$(dirname "$2")" system/var/lib/dpkg/info system/var/lib/dpkg/updates
    printf 'Package: fluxloop\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@example.com>\\nDescription: a\\n' \
      > package/DEBIAN/control
    echo program > "package/$2"
    dpkg-deb --build package package.deb
    touch system/var/lib/dpkg/status
    dpkg --root="$1/system" --force-not-root --force-bad-path --log=/dev/null -i package.deb`;
  await asRoot(script, folder, KEPT);
}

/** Installs a package, the record of which is `folder`/rpmdb. */
async function installWithRpm(folder: string): Promise<void> {
  const script = `
    cd "$1"; export HOME="$1"; mkdir build
    {
      printf 'Name: fluxloop\\nVersion: 1\\nRelease: 1\\nSummary: a\\nLicense: MIT\\nBuildArch: noarch\\n'
      printf '%%%%description\\na\\n%%%%install\\ninstall -D /dev/null %%{buildroot}%s\\n%%%%files\\n%s\\n' "$2" "$2"
    } > package.spec
    rpmbuild -bb --define "_topdir $1/build" package.spec
    rpm --dbpath "$1/rpmdb" --nodeps --justdb -i build/RPMS/noarch/*.rpm`;
  await asRoot(script, folder, KEPT);
}
