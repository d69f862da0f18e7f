import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import denoJson from "../../deno.json" with { type: "json" };
import { packRelease } from "../../scripts/release/pack.ts";
import { tarGz } from "../../scripts/release/archive.ts";
import { archiveName, folderName } from "../../scripts/release/names.ts";
import { Authority } from "../support/certificates.ts";
import { Machine, SHELLS } from "../support/installing.ts";
import { base, fluxloop, PROGRAM } from "../support/program.ts";
import { Releases, TARGET } from "../support/release_server.ts";

const INSTALLED = ".local/bin/fluxloop";
const REAL = denoJson.version;
const OLD = "0.0.8";
const NEW = "99.2.0";

describe(`the install script with the real archive (Deno ${base().deno})`, () => {
  let releases: Releases;
  let machine: Machine;

  beforeAll(async () => {
    releases = await Releases.open();
    const compiled = PROGRAM.slice(0, PROGRAM.lastIndexOf("/"));
    const into = await Deno.makeTempDir();
    const time = new Date("2026-01-01T00:00:00Z");
    const packing = { compiled, target: TARGET, version: REAL, time, into, extras: [], forTests: true };
    const archive = await packRelease(packing);
    await releases.addArchive(REAL, await Deno.readFile(archive));
    await Deno.remove(into, { recursive: true });
  });
  afterAll(() => releases.close());
  afterEach(() => machine.remove());

  it("installs a working program, and doesn't download an installed version again", async () => {
    machine = await Machine.create();
    const { code, stdout, stderr } = await machine.pipe("dash", releases.installScript());
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Installed fluxloop ${REAL} to ${machine.home}/${INSTALLED}.\n`);
    assertEquals(machine.files(), [INSTALLED]);
    assertEquals(Deno.statSync(`${machine.home}/${INSTALLED}`).mode! & 0o777, 0o755);
    assertEquals(await machine.installed(), (await fluxloop(["--version"])).stdout.split("\n")[0]);

    releases.clearRequests();
    const again = await machine.pipe("dash", releases.installScript());
    const sentence = `fluxloop ${REAL} is already installed in ${machine.home}/.local/bin.\n`;
    assertEquals([again.code, again.stdout], [0, sentence]);
    assertEquals(releases.requestedPaths, ["/latest/download/SHA256SUMS"]);
  });
});

for (const shell of Object.keys(SHELLS)) {
  describe(`the install script in ${shell}`, () => {
    let releases: Releases;
    let machine: Machine;

    beforeAll(async () => {
      releases = await Releases.open();
      await releases.add(OLD);
      await releases.add(NEW);
    });
    afterAll(() => releases.close());
    afterEach(async () => {
      releases.overrides.clear();
      releases.clearRequests();
      await machine.remove();
    });

    const install = (env: Record<string, string> = {}) => machine.pipe(shell, releases.installScript(), env);

    /** Asserts that the script fails with this message and changes nothing. */
    async function assertFails(sentence: string | RegExp, env: Record<string, string> = {}, files: string[] = []) {
      const { code, stderr } = await install(env);
      assertEquals(code, 1, stderr);
      if (typeof sentence === "string") assertStringIncludes(stderr, `fluxloop was not installed: ${sentence}`);
      else assertMatch(stderr, sentence);
      assertEquals(machine.files(), files);
    }

    const archive = archiveName(NEW, TARGET);

    it("installs the latest release with curl", async () => {
      machine = await Machine.create("curl");
      assertEquals((await install()).stderr, "");
      assertEquals(await machine.installed(), `fluxloop ${NEW} (0123456789ab)`);
      assertEquals(releases.requestedPaths, ["/latest/download/SHA256SUMS", `/download/v${NEW}/${archive}`]);
    });

    for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGINT", 130]] as const) {
      it(`cleans up when stopped by ${signal} during the download`, async () => {
        machine = await Machine.create();
        const requested = Promise.withResolvers<void>();
        releases.overrides.set(archive, () => {
          requested.resolve();
          return new Response(new ReadableStream());
        });
        const [command, ...args] = SHELLS[shell];
        const script = `${machine.home}/install.sh`;
        await Deno.writeTextFile(script, releases.installScript());
        // In its own session, so that the signal also reaches its child processes, as from a terminal.
        const child = new Deno.Command("/usr/bin/setsid", {
          args: [command, ...args, script],
          clearEnv: true,
          env: machine.env,
          stdout: "null",
          stderr: "null",
        }).spawn();
        await requested.promise;
        Deno.kill(-child.pid, signal);
        assertEquals((await child.status).code, code);
        assertEquals(machine.files(), ["install.sh"]);
      });
    }

    it("runs completely or not at all when its own download is truncated", async () => {
      machine = await Machine.create();
      const script = releases.installScript();
      const step = Deno.env.has("FLUXLOOP_TEST_LONG") ? 1 : 401;
      const cuts = Array.from({ length: script.length }, (_, at) => at)
        .filter((at) => at % step === 0 || at > script.length - 20);
      for (const at of cuts) {
        const { stdout } = await machine.pipe(shell, script.slice(0, at));
        const done = stdout.includes("Installed fluxloop");
        assertEquals(
          [machine.files(), releases.requestedPaths.length],
          done ? [[INSTALLED], 2] : [[], 0],
          `cut at ${at}`,
        );
        // The last line passes no arguments.
        if (done) assertGreater(at, script.length - ' "$@"\n'.length - 1, `cut at ${at}`);
        if (done) await Deno.remove(`${machine.home}/${INSTALLED}`);
        releases.clearRequests();
      }
    });

    // The remaining tests don't depend on the shell.
    if (shell !== "dash") return;

    it("installs the latest release with wget", async () => {
      machine = await Machine.create("wget");
      assertEquals((await install()).stderr, "");
      assertEquals(await machine.installed(), `fluxloop ${NEW} (0123456789ab)`);
      assertEquals(releases.requestedPaths, ["/latest/download/SHA256SUMS", `/download/v${NEW}/${archive}`]);
    });

    it("explains how to add the folder to the PATH in the user's shell, unless it's already there", async () => {
      machine = await Machine.create();
      const hints: [string, string][] = [
        ["/usr/bin/fish", "  fish_add_path '<dir>'"],
        ["/bin/zsh", "  echo 'export PATH=\"<dir>:$PATH\"' >> ~/.zshrc && exec zsh"],
        ["/bin/bash", "  echo 'export PATH=\"<dir>:$PATH\"' >> ~/.bashrc && exec bash"],
        ["", '  export PATH="<dir>:$PATH"'],
      ];
      const folder = `${machine.home}/.local/bin`;
      for (const [SHELL, hint] of hints) {
        const { stdout } = await install({ SHELL });
        assertStringIncludes(stdout, `is not on your PATH. To add it:\n${hint.replace("<dir>", folder)}\n`);
        await Deno.remove(`${folder}/fluxloop`);
      }
      const { stdout } = await install({ PATH: `${machine.env.PATH}:${folder}` });
      assertEquals(stdout.includes("PATH"), false);
    });

    it("keeps the old program if the new one's checksum doesn't match", async () => {
      machine = await Machine.create();
      await install({ FLUXLOOP_VERSION: OLD });
      releases.overrides.set(archive, () => new Response("other"));
      await assertFails(`${archive} doesn't match the release's checksum`, {}, [INSTALLED]);
      assertEquals(await machine.installed(), `fluxloop ${OLD} (0123456789ab)`);
    });

    it("works with BusyBox's tools", async () => {
      machine = await Machine.create("curl", { busybox: true });
      assertEquals((await install()).stderr, "");
      assertEquals(await machine.installed(), `fluxloop ${NEW} (0123456789ab)`);
    });

    for (const wanted of [OLD, `v${OLD}`]) {
      it(`installs FLUXLOOP_VERSION=${wanted}, even over a newer version`, async () => {
        machine = await Machine.create();
        await install();
        assertEquals((await install({ FLUXLOOP_VERSION: wanted })).code, 0);
        assertEquals(await machine.installed(), `fluxloop ${OLD} (0123456789ab)`);
        assertEquals(machine.files(), [INSTALLED]);
      });
    }

    it("installs to FLUXLOOP_INSTALL_DIR, even with a space in it and without HOME", async () => {
      machine = await Machine.create();
      const folder = `${machine.home}/my programs`;
      assertEquals((await install({ FLUXLOOP_INSTALL_DIR: folder, HOME: "" })).code, 0);
      assertEquals(machine.files(), ["my programs/fluxloop"]);
    });

    it("replaces the program atomically, so that a running one isn't disturbed", async () => {
      machine = await Machine.create();
      await install({ FLUXLOOP_VERSION: OLD });
      const path = `${machine.home}/${INSTALLED}`;
      using running = await Deno.open(path);
      await install();
      assertStringIncludes(await new Response(running.readable).text(), `fluxloop ${OLD} `);
      assertEquals(await machine.installed(), `fluxloop ${NEW} (0123456789ab)`);
    });

    it("replaces a symbolic link, not its target", async () => {
      machine = await Machine.create();
      await Deno.mkdir(`${machine.home}/.local/bin`, { recursive: true });
      await Deno.writeTextFile(`${machine.home}/theirs`, "theirs");
      await Deno.symlink("../../theirs", `${machine.home}/${INSTALLED}`);
      assertEquals((await install()).code, 0);
      assertEquals(await Deno.readTextFile(`${machine.home}/theirs`), "theirs");
      assertEquals(await machine.installed(), `fluxloop ${NEW} (0123456789ab)`);
    });

    it("warns if another fluxloop comes first on the PATH", async () => {
      machine = await Machine.create();
      await Deno.mkdir(`${machine.home}/first`);
      await Deno.writeTextFile(`${machine.home}/first/fluxloop`, "#!/bin/sh\n", { mode: 0o755 });
      const PATH = `${machine.home}/first:${machine.env.PATH}:${machine.home}/.local/bin`;
      assertStringIncludes(
        (await install({ PATH })).stdout,
        `Warning: \`fluxloop\` still runs ${machine.home}/first/fluxloop, which comes first on your PATH. Remove it, or put `,
      );
    });

    const responses: [string, string, () => Response, string][] = [
      [
        "an archive with another checksum",
        archive,
        () => new Response("other"),
        `${archive} doesn't match the release's checksum`,
      ],
      ["a release without the archive", archive, () => new Response(null, { status: 404 }), "can't download http"],
      ["a release without checksums", "SHA256SUMS", () => new Response(null, { status: 404 }), "can't download http"],
      ["an empty checksum file", "SHA256SUMS", () => new Response(""), "this release has no archive for"],
      [
        "checksums for other platforms only",
        "SHA256SUMS",
        () => new Response(`${"0".repeat(64)}  fluxloop-1.0.0-riscv64-unknown-linux-gnu.tar.gz\n`),
        "this release has no archive for",
      ],
      [
        "a proxy's login page instead of the checksums",
        "SHA256SUMS",
        () => new Response("<html>\n<p>Please log in</p>\n"),
        "this release has no archive for",
      ],
      [
        "a file name with a path traversal",
        "SHA256SUMS",
        () => new Response(`${"0".repeat(64)}  fluxloop-1/../../x-${TARGET}.tar.gz\n`),
        "this release has no archive for",
      ],
      ["a truncated archive", archive, truncated, "can't download http"],
    ];
    for (const [what, name, response, sentence] of responses) {
      for (const downloader of ["curl", "wget"] as const) {
        it(`installs nothing from ${what} (${downloader})`, async () => {
          machine = await Machine.create(downloader);
          releases.overrides.set(name, response);
          await assertFails(sentence);
        });
      }
    }

    const programs: [string, string, string][] = [
      ["99.3.0", "#!/bin/sh\necho 'GLIBC_9.9 not found' >&2\nexit 1\n", "doesn't run on this system.\nGLIBC_9.9 not"],
      ["99.3.1", "\x7fELFnot really", "the program doesn't run on this system."],
    ];
    for (const [version, program, sentence] of programs) {
      it(`doesn't install a program that doesn't run on this system (${version})`, async () => {
        machine = await Machine.create();
        const broken = await Releases.open();
        await broken.add(version, program);
        const { code, stderr } = await machine.pipe(shell, broken.installScript());
        await broken.close();
        assertEquals(code, 1);
        assertStringIncludes(stderr, sentence);
        assertEquals(machine.files(), []);
      });
    }

    it("rejects a file that isn't an archive", async () => {
      machine = await Machine.create();
      const broken = await Releases.open();
      await broken.addArchive(NEW, new TextEncoder().encode("no archive"));
      const { code, stderr } = await machine.pipe(shell, broken.installScript());
      await broken.close();
      assertEquals([code, machine.files()], [1, []]);
      assertStringIncludes(stderr, `fluxloop was not installed: can't unpack ${archive}. Try again.`);
    });

    it("unpacks only the program from an archive with other files", async () => {
      machine = await Machine.create();
      const hostile = await Releases.open();
      const [folder, outside] = [folderName(NEW, TARGET), `${machine.home}/outside`];
      await hostile.addArchive(
        NEW,
        await tarGz([
          { path: `${folder}/fluxloop`, bytes: new TextEncoder().encode(`#!/bin/sh\necho fluxloop ${NEW}\n`) },
          { path: `${folder}/../../../../../outside`, bytes: new Uint8Array() },
          { path: outside, bytes: new Uint8Array() },
        ], new Date(0)),
      );
      const { code, stderr } = await machine.pipe(shell, hostile.installScript());
      await hostile.close();
      assertEquals([code, machine.files()], [0, [INSTALLED]], stderr);
    });

    it("rejects a symbolic link in the archive and leaves its target alone", async () => {
      machine = await Machine.create();
      const secret = `${machine.home}/secret`;
      await Deno.writeTextFile(secret, "#!/bin/sh\n", { mode: 0o600 });
      const header = {
        name: `${folderName(NEW, TARGET)}/fluxloop`,
        type: "symlink",
        linkname: secret,
        size: 0,
      } as const;
      const hostile = await Releases.open();
      await hostile.addArchive(NEW, gzipSync(await packTar([{ header }])));
      const { code, stderr } = await machine.pipe(shell, hostile.installScript());
      await hostile.close();
      assertEquals([code, machine.files(), Deno.statSync(secret).mode! & 0o777], [1, ["secret"], 0o600]);
      assertStringIncludes(stderr, `${archive} doesn't contain fluxloop. Report it: `);
    });

    it("ignores a trailing slash in FLUXLOOP_INSTALL_DIR", async () => {
      machine = await Machine.create();
      const folder = `${machine.home}/bin`;
      const PATH = `${machine.env.PATH}:${folder}`;
      const { stdout } = await install({ FLUXLOOP_INSTALL_DIR: `${folder}/`, PATH });
      assertEquals(stdout.split("\n").slice(1), [`Installed fluxloop ${NEW} to ${folder}/fluxloop.`, ""]);
    });

    it("reports a release that doesn't exist", async () => {
      machine = await Machine.create();
      await assertFails(`can't download ${releases.address}/download/v7.7.7/SHA256SUMS. Check the network connection`, {
        FLUXLOOP_VERSION: "7.7.7",
      });
    });

    for (const version of ["newest", "1", "1.2", "../../x", "1.2.3/../x", "1.2.3 ; rm", "v"]) {
      it(`rejects FLUXLOOP_VERSION=${version} without a request`, async () => {
        machine = await Machine.create();
        await assertFails("FLUXLOOP_VERSION must be a version such as 1.2.3.", { FLUXLOOP_VERSION: version });
        assertEquals(releases.requestedPaths, []);
      });
    }

    it("says what to install if there is neither curl nor wget", async () => {
      machine = await Machine.create("none");
      await assertFails("curl or GNU wget is required to download it.");
    });

    it("doesn't use BusyBox wget, which doesn't verify certificates", async () => {
      machine = await Machine.create("BusyBox wget");
      await assertFails("curl or GNU wget is required to download it.");
      assertEquals(releases.requestedPaths, []);
    });

    it("installs nothing without a tool to verify checksums", async () => {
      machine = await Machine.create();
      await machine.removeTool("sha256sum");
      await assertFails("sha256sum, shasum or openssl is required to verify the download.");
    });

    for (const tool of ["shasum", "openssl"]) {
      it(`verifies checksums with ${tool} if sha256sum is missing`, async () => {
        machine = await Machine.create();
        const real = Deno.realPathSync(`/usr/bin/${tool}`);
        await machine.replaceTool("sha256sum", "exit 127");
        await machine.removeTool("sha256sum");
        Deno.symlinkSync(real, `${machine.env.PATH}/${tool}`);
        const perl = { PATH: machine.env.PATH };
        assertEquals((await install(perl)).code, 0);
        releases.overrides.set(archive, () => new Response("other"));
        await Deno.remove(`${machine.home}/${INSTALLED}`);
        await assertFails(`${archive} doesn't match the release's checksum`, perl);
      });
    }

    it("explains what to use instead on a musl system", async () => {
      machine = await Machine.create();
      await machine.replaceTool("ldd", "echo 'musl libc (x86_64)' >&2; exit 1");
      const broken = await Releases.open();
      await broken.add("99.3.2", "#!/bin/sh\nexit 127\n");
      const { code, stderr } = await machine.pipe(shell, broken.installScript());
      await broken.close();
      assertEquals(code, 1);
      assertStringIncludes(
        stderr,
        "This system uses musl, like Alpine, but fluxloop needs glibc. In a container, start",
      );
    });

    const systems: [string, string, string, string][] = [
      ["Linux", "riscv64", "1", "there is no release for the processor riscv64"],
      ["FreeBSD", "x86_64", "1", "there is no release for FreeBSD"],
      ["MINGW64_NT-10.0", "x86_64", "1", "on Windows, run this in PowerShell: irm "],
      ["Darwin", "x86_64", "1", "this release has no archive for aarch64-apple-darwin."],
      ["Darwin", "x86_64", "0", "this release has no archive for x86_64-apple-darwin."],
      ["Darwin", "arm64", "0", "this release has no archive for aarch64-apple-darwin."],
      ["Linux", "aarch64", "1", "this release has no archive for aarch64-unknown-linux-gnu."],
    ];
    for (const [system, processor, translated, sentence] of systems) {
      const rosetta = system === "Darwin" && translated === "1" ? " under Rosetta" : "";
      it(`identifies ${system} on ${processor}${rosetta}`, async () => {
        machine = await Machine.create();
        await machine.replaceTool("uname", `case $1 in -s) echo ${system} ;; -m) echo ${processor} ;; esac`);
        await Deno.writeTextFile(`${machine.env.PATH}/sysctl`, `#!/bin/sh\necho ${translated}\n`, { mode: 0o755 });
        await assertFails(sentence);
      });
    }

    it("reports a folder that it can't write to or create", async () => {
      machine = await Machine.create("curl", { user: "ordinary" });
      await assertFails("can't write to /usr/sbin. Set FLUXLOOP_INSTALL_DIR to another folder.", {
        FLUXLOOP_INSTALL_DIR: "/usr/sbin",
      });
      await assertFails("can't create /nowhere/bin. Set FLUXLOOP_INSTALL_DIR", {
        FLUXLOOP_INSTALL_DIR: "/nowhere/bin",
      });
      assertEquals(releases.requestedPaths, []);
    });

    it("reports a folder at the program's path", async () => {
      machine = await Machine.create();
      await Deno.mkdir(`${machine.home}/${INSTALLED}`, { recursive: true });
      await assertFails(`${machine.home}/${INSTALLED} is a folder.`);
    });

    it("reports that HOME is unset if FLUXLOOP_INSTALL_DIR is unset too", async () => {
      machine = await Machine.create();
      await assertFails("HOME is not set. Set FLUXLOOP_INSTALL_DIR to the folder to install to.", { HOME: "" });
    });
  });
}

describe("the install script over HTTPS", () => {
  let authority: Authority;
  let machine: Machine;

  beforeAll(async () => {
    authority = await Authority.create();
  });
  afterAll(() => authority.remove());
  afterEach(() => machine.remove());

  for (const downloader of ["curl", "wget"] as const) {
    it(`rejects a redirect to plain HTTP (${downloader})`, async () => {
      machine = await Machine.create(downloader);
      const plain = await Releases.open();
      await plain.add(NEW);
      const { cert, key } = await authority.issue("DNS:localhost");
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
        (request) => Response.redirect(`${plain.address}${new URL(request.url).pathname.slice("/releases".length)}`),
      );
      const script = plain.installScript(`https://localhost:${server.addr.port}/releases`);
      const trust = { CURL_CA_BUNDLE: authority.file, WGETRC: `${machine.home}/wgetrc` };
      await Deno.writeTextFile(trust.WGETRC, `ca_certificate = ${authority.file}\n`);
      const { code, stderr } = await machine.pipe("dash", script, trust);
      const requests = plain.requestedPaths.length;
      await server.shutdown();
      await plain.close();
      // wget reports redirects only afterwards; the downloaded file isn't used.
      assertEquals([code, requests, machine.files()], [1, downloader === "curl" ? 0 : 1, ["wgetrc"]], stderr);
      assertStringIncludes(
        stderr,
        downloader === "wget" ? "SHA256SUMS redirects to a URL without HTTPS." : "can't download https://localhost:",
      );
    });
  }
});

/** @returns A response shorter than its Content-Length. */
function truncated(): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-length": "1000" } });
}
