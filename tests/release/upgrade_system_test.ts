import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { VERSION } from "../../src/build_info.ts";
import {
  type FluxloopError,
  InterruptedError,
  NetworkError,
  NotFoundError,
  ReleaseError,
  UsageError,
} from "../../src/errors.ts";
import { upgrade, type UpgradePlan } from "../../src/release/upgrade.ts";
import type { DownloadOptions } from "../../src/release/download.ts";
import { parseVersion } from "../../src/release/version.ts";
import { namesIn } from "../support/credentials_home.ts";
import { archive, newKey, redirect, Releases } from "../support/releases.ts";
import { removeTestHomes, world } from "../support/world.ts";

const TARGET = "x86_64-unknown-linux-gnu";
const WINDOWS = "x86_64-pc-windows-msvc";
const NEWER = "99.0.0";
const OLDER = "0.0.1";
const OLD_PROGRAM = "#!/bin/sh\necho old\n";

/** @returns A program that prints this version. */
function program(version: string, then = "exit 0"): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`#!/bin/sh\necho "fluxloop ${version} (abc)"\n${then}\n`);
}

describe("an upgrade", () => {
  let releases: Releases;
  let folder: string;
  let path: string;

  beforeAll(async () => {
    releases = await Releases.open();
  });
  afterAll(() => releases.close());
  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "fluxloop-bin-" });
    path = `${folder}/fluxloop`;
    await Deno.writeTextFile(path, OLD_PROGRAM);
    await Deno.chmod(path, 0o750);
    releases.clear();
  });
  afterEach(async () => {
    removeTestHomes();
    await Deno.remove(folder, { recursive: true });
  });

  function run(plan: UpgradePlan = {}, { target = TARGET, ...options }: DownloadOptions & { target?: string } = {}) {
    const source = { url: releases.url, publicKey: releases.key.publicKey };
    return upgrade(world().context, { path, target }, source, plan, { caCerts: [releases.caCert], ...options });
  }

  /** Asserts that the old program is unchanged and the only file in its folder. */
  async function assertOld(): Promise<void> {
    assertEquals([namesIn(folder), await Deno.readTextFile(path)], [["fluxloop"], OLD_PROGRAM]);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o750);
  }

  async function failure(plan?: UpgradePlan, options?: DownloadOptions & { target?: string }): Promise<FluxloopError> {
    const error = await run(plan, options).then(() => new Error("the upgrade succeeded"), (thrown) => thrown);
    await assertOld();
    return error;
  }

  const wanted: [string, string, UpgradePlan][] = [
    ["the latest release", NEWER, {}],
    ["a named release", NEWER, { version: NEWER }],
    ["a named older release", OLDER, { version: OLDER }],
    ["a named release candidate", "99.1.0-rc.1", { version: "99.1.0-rc.1" }],
  ];
  for (const [what, version, plan] of wanted) {
    it(`replaces the program with ${what} and keeps its permissions`, async () => {
      await releases.publish(version, TARGET, program(version));
      const result = await run(plan);
      assertEquals([result.isUpgraded, result.version, result.current], [true, version, VERSION]);
      assertEquals([namesIn(folder), await Deno.readFile(path)], [["fluxloop"], program(version)]);
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o750);
    });
  }

  const idle: [string, string, UpgradePlan][] = [
    ["if the latest release is older", OLDER, {}],
    ["if the latest release is installed", VERSION, {}],
    ["if the named version is installed", VERSION, { version: VERSION }],
    ["with checkOnly", NEWER, { checkOnly: true }],
  ];
  for (const [what, version, plan] of idle) {
    it(`downloads and changes nothing ${what}`, async () => {
      await releases.publish(version, TARGET, program(version));
      assertEquals((await run(plan)).isUpgraded, false);
      await assertOld();
      assertEquals(releases.requests.filter((it) => it.url.includes("/download/")), []);
    });
  }

  for (const top of ["", "./"]) {
    it(`finds the program ${top === "" ? "at the top level of the archive" : "under ./"}`, async () => {
      await releases.serve(NEWER, [await archive(releases.folder, NEWER, TARGET, program(NEWER), top)]);
      assertEquals((await run({ version: NEWER })).isUpgraded, true);
    });
  }

  it("unpacks a zip for Windows", async () => {
    await releases.publish(NEWER, WINDOWS, program(NEWER));
    assertEquals((await run({}, { target: WINDOWS })).isUpgraded, true);
    assertEquals(await Deno.readFile(path), program(NEWER));
  });

  it("sends no headers that identify the user, and doesn't log signed download URLs", async () => {
    await releases.publish(NEWER, TARGET, program(NEWER));
    const lines: string[] = [];
    await run({}, { log: (line) => lines.push(line) });
    for (const { headers } of releases.requests) {
      assertEquals([headers.get("authorization"), headers.get("cookie"), headers.get("referer")], [null, null, null]);
      assertStringIncludes(headers.get("user-agent") ?? "", `fluxloop/${VERSION}`);
    }
    assert(lines.some((it) => it.includes("/SHA256SUMS.sig")));
    assertEquals(lines.filter((it) => it.includes("secret-of-the-store")), []);
  });

  it("reports its progress", async () => {
    await releases.publish(NEWER, TARGET, program(NEWER));
    const size = releases.file(NEWER, `fluxloop-${NEWER}-${TARGET}.tar.gz`).length;
    const seen: [number, number | null][] = [];
    await run({}, { onProgress: (done, of) => seen.push([done, of]) });
    assertEquals(seen.at(-1), [size, size]);
  });

  it("retries after a transient error", async () => {
    await releases.publish(NEWER, TARGET, program(NEWER));
    let failures = 2;
    releases.overrides.set("/releases/latest", () => {
      if (failures-- > 0) return new Response("", { status: 503 });
      return redirect(`${releases.url}/tag/v${NEWER}`);
    });
    assertEquals((await run()).isUpgraded, true);
  });

  it("removes the temporary file of a killed upgrade", async () => {
    await releases.publish(NEWER, TARGET, program(NEWER));
    await Deno.writeTextFile(`${folder}/.new-fluxloop`, "half");
    await run();
    assertEquals(namesIn(folder), ["fluxloop"]);
  });

  const archiveName = `fluxloop-${NEWER}-${TARGET}.tar.gz`;
  const text = (value: string) => new TextEncoder().encode(value);
  type Kind = abstract new (...args: never[]) => FluxloopError;
  const rejected: [string, () => Promise<void> | void, Kind, string][] = [
    [
      "signed with another key",
      async () => {
        await releases.publish(NEWER, TARGET, program(NEWER), await newKey(releases.folder));
      },
      ReleaseError,
      "isn't signed with the project's key",
    ],
    ["without a signature", () => releases.tamper(NEWER, "SHA256SUMS.sig", null), ReleaseError, "isn't signed"],
    ["with an empty signature", () => releases.tamper(NEWER, "SHA256SUMS.sig", text("")), ReleaseError, "isn't signed"],
    [
      "with an invalid signature",
      () => releases.tamper(NEWER, "SHA256SUMS.sig", text("<html>")),
      ReleaseError,
      "isn't signed",
    ],
    [
      "with changed checksums",
      () => {
        const list = releases.file(NEWER, "SHA256SUMS");
        releases.tamper(NEWER, "SHA256SUMS", new Uint8Array([...list, 0x0a]));
      },
      ReleaseError,
      "isn't signed with the project's key",
    ],
    [
      "with a changed archive",
      () => {
        const bytes = releases.file(NEWER, archiveName);
        releases.tamper(NEWER, archiveName, bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1));
      },
      ReleaseError,
      "its checksum doesn't match",
    ],
    [
      "with a truncated archive",
      () => {
        releases.tamper(NEWER, archiveName, releases.file(NEWER, archiveName).slice(0, -100));
      },
      ReleaseError,
      "its checksum doesn't match",
    ],
    ["with a missing archive", () => releases.tamper(NEWER, archiveName, null), ReleaseError, "is missing "],
    [
      "that is an older one under a new name",
      async () => {
        await releases.publish(OLDER, TARGET, program(OLDER));
        for (const name of ["SHA256SUMS", "SHA256SUMS.sig"]) releases.tamper(NEWER, name, releases.file(OLDER, name));
        releases.tamper(NEWER, archiveName, releases.file(OLDER, archiveName.replace(NEWER, OLDER)));
        releases.latest = `v${NEWER}`;
      },
      ReleaseError,
      "belong to another release",
    ],
    [
      "without a program for this machine",
      () => releases.publish(NEWER, WINDOWS, program(NEWER)),
      NotFoundError,
      "has no build for this machine",
    ],
    [
      "that lists a file twice",
      () => {
        const file = { name: archiveName, bytes: releases.file(NEWER, archiveName) };
        return releases.serve(NEWER, [file, file]);
      },
      ReleaseError,
      "Can't read the release's list of checksums",
    ],
    [
      "with an invalid archive",
      () => releases.serve(NEWER, [{ name: archiveName, bytes: text("hello") }]),
      ReleaseError,
      "Can't unpack",
    ],
    [
      "without a program in its archive",
      async () => {
        const { bytes } = await archive(releases.folder, NEWER, TARGET, program(NEWER), "elsewhere/");
        await releases.serve(NEWER, [{ name: archiveName, bytes }]);
      },
      ReleaseError,
      "doesn't contain fluxloop",
    ],
    [
      "whose program reports another version",
      () => releases.publish(NEWER, TARGET, program("98.0.0")),
      ReleaseError,
      "reports another version",
    ],
    [
      "whose program fails",
      () => releases.publish(NEWER, TARGET, program(NEWER, "exit 1")),
      ReleaseError,
      "doesn't run on this machine",
    ],
    [
      "whose program doesn't run on this machine",
      () => releases.publish(NEWER, TARGET, text("\x7fELF?")),
      ReleaseError,
      "doesn't run on this machine",
    ],
    ["that doesn't exist", () => releases.clear(), NotFoundError, "No release found"],
    ["whose tag isn't a version", () => void (releases.latest = "nightly"), NotFoundError, "No release found"],
    [
      "whose tag has no files",
      () => void (releases.latest = "v99.9.9"),
      NotFoundError,
      "Release 99.9.9 doesn't exist",
    ],
    [
      "that redirects away from HTTPS",
      () => {
        releases.overrides.set("/SHA256SUMS", () => redirect("http://127.0.0.1:1/SHA256SUMS"));
      },
      ReleaseError,
      "a URL without HTTPS",
    ],
    [
      "that redirects to a file",
      () => {
        releases.overrides.set("/SHA256SUMS", () => redirect("file:///etc/passwd"));
      },
      ReleaseError,
      "a URL without HTTPS",
    ],
    [
      "with a redirect loop",
      () => {
        releases.overrides.set("/SHA256SUMS", (request) => redirect(request.url));
      },
      ReleaseError,
      "Too many redirects",
    ],
    [
      "whose server is down",
      () => {
        releases.overrides.set("/releases/latest", () => new Response("", { status: 503 }));
      },
      ReleaseError,
      "HTTP 503",
    ],
    [
      "whose checksums exceed the size limit",
      () => {
        releases.overrides.set("/SHA256SUMS", () => new Response(new Uint8Array(300 * 1024)));
      },
      ReleaseError,
      "more than the limit of 262144 bytes",
    ],
  ];
  for (const [what, prepare, kind, sentence] of rejected) {
    it(`rejects a release ${what} and keeps the old program`, async () => {
      await releases.publish(NEWER, TARGET, program(NEWER));
      await prepare();
      const error = await failure();
      assert(error instanceof kind, error.stack);
      assertStringIncludes(error.message, sentence);
    });
  }

  it("rejects a server with a certificate from an unknown authority", async () => {
    await releases.publish(NEWER, TARGET, program(NEWER));
    const error = await failure({}, { caCerts: [] });
    assertInstanceOf(error, NetworkError);
    assertStringIncludes(
      `${error.message}: ${error.failure.reason}`,
      "Unable to connect to the release server: its certificate isn't signed",
    );
  });

  it("stops immediately when interrupted", async () => {
    await releases.publish(NEWER, TARGET, program(NEWER));
    const { context, stop } = world();
    releases.overrides.set(".tar.gz", async () => {
      stop();
      return await new Promise<Response>(() => {});
    });
    const source = { url: releases.url, publicKey: releases.key.publicKey };
    const upgrading = upgrade(context, { path, target: TARGET }, source, {}, { caCerts: [releases.caCert] });
    assertInstanceOf(await upgrading.catch((error) => error), InterruptedError);
    await assertOld();
  });

  for (const text of ["1", "1.2", "latest", "../1.2.3", "1.2.3/../x", "", "v", `1.2.3-${"x".repeat(80)}`]) {
    it(`rejects the version ${JSON.stringify(text)}`, () => {
      let thrown: unknown;
      try {
        parseVersion(text);
      } catch (error) {
        thrown = error;
      }
      assertInstanceOf(thrown, UsageError);
    });
  }
});
