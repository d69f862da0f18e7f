import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { generateKeyPairSync, verify } from "node:crypto";
import denoJson from "../../deno.json" with { type: "json" };
import { currentCommit } from "../../scripts/compile/bundle.ts";
import { type ArchiveFile, tarGz, zip } from "../../scripts/release/archive.ts";
import { checksumsOf, signatureText } from "../../scripts/release/checksums.ts";
import { formula } from "../../scripts/release/homebrew.ts";
import { archiveName, TARGETS } from "../../scripts/release/names.ts";
import { assertReleasable, type Origins, packRelease } from "../../scripts/release/pack.ts";
import { componentsOf, spdxDocument } from "../../scripts/release/sbom.ts";
import { PROGRAM } from "../support/program.ts";
import { runAs } from "../support/users.ts";

const ROOT = new URL("../../", import.meta.url);
const TIME = new Date("2026-03-29T01:30:12Z");
const FILES: ArchiveFile[] = [
  { path: "top/fluxloop", bytes: new TextEncoder().encode("#!/bin/sh\n"), executable: true },
  { path: "top/LICENSE", bytes: new TextEncoder().encode("MIT\n") },
];
const PATH = { PATH: "/usr/bin:/bin" };

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Runs a command and asserts that it succeeds. @returns Its output. */
async function output(command: string, args: string[], stdin?: string, env: Record<string, string> = PATH) {
  const { code, stdout, stderr } = await runAs(Deno.uid() === 0 ? "root" : "ordinary", [command, ...args], {
    env,
    stdin,
  });
  assertEquals(code, 0, stderr);
  return stdout + stderr;
}

describe("a release archive", () => {
  let folder: string;
  const kinds: [string, () => Promise<Uint8Array> | Uint8Array, string][] = [
    ["tar.gz", () => tarGz(FILES, TIME), "x.tar.gz"],
    ["tar.gz of the files in another order", () => tarGz(FILES.toReversed(), TIME), "y.tar.gz"],
    ["zip", () => zip(FILES, TIME), "x.zip"],
    ["zip of the files in another order", () => zip(FILES.toReversed(), TIME), "y.zip"],
  ];

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    for (const [, create, name] of kinds) await Deno.writeFile(`${folder}/${name}`, await create());
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  it("has sorted files with equal times, with modes and without users (tar.gz)", async () => {
    const args = ["--utc", "--numeric-owner", "--full-time", "-tvf", `${folder}/x.tar.gz`];
    assertEquals(
      (await output("tar", args)).replaceAll(/ +/g, " "),
      [
        "-rw-r--r-- 0/0 4 2026-03-29 01:30:12 top/LICENSE",
        "-rwxr-xr-x 0/0 10 2026-03-29 01:30:12 top/fluxloop",
        "",
      ].join("\n"),
    );
  });

  it("has sorted files with equal times and with modes (zip)", async () => {
    const script = `import sys, zipfile, stat
for it in zipfile.ZipFile(sys.argv[1]).infolist():
    print(stat.filemode(it.external_attr >> 16), it.file_size, it.date_time, it.filename)`;
    assertEquals(
      await output("python3", ["-c", script, `${folder}/x.zip`]),
      [
        "-rw-r--r-- 4 (2026, 3, 29, 12, 0, 0) top/LICENSE",
        "-rwxr-xr-x 10 (2026, 3, 29, 12, 0, 0) top/fluxloop",
        "",
      ].join("\n"),
    );
  });

  for (const kind of ["tar.gz", "zip"]) {
    it(`doesn't depend on the order of the files (${kind})`, async () => {
      assertEquals(await Deno.readFile(`${folder}/x.${kind}`), await Deno.readFile(`${folder}/y.${kind}`));
    });
  }

  it("doesn't depend on the time zone, even at a daylight saving change", async () => {
    const script = `import { zip } from "./scripts/release/archive.ts";
      const bytes = zip([{ path: "a", bytes: new Uint8Array() }], new Date("${TIME.toISOString()}"));
      console.log(bytes.toHex());`;
    const inZone = async (TZ: string) => {
      const args = ["eval", "--ext=ts", script];
      const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env: { TZ } }).output();
      assert(success);
      return text(stdout);
    };
    const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];
    assertEquals(new Set(await Promise.all(zones.map(inZone))).size, 1);
  });

  it("contains the program, the documents and the extras in a folder named after the archive", async () => {
    const compiled = `${folder}/compiled`;
    await Deno.mkdir(compiled);
    await Deno.writeTextFile(`${compiled}/fluxloop`, "program");
    const target = "aarch64-unknown-linux-gnu";
    await Deno.writeTextFile(
      `${compiled}/base.json`,
      JSON.stringify({ from: "deno", packages: "jsr", locked: true, target }),
    );
    const extras = [{ path: "man/fluxloop.1", bytes: new Uint8Array() }];
    const archive = await packRelease({
      compiled,
      target,
      version: "1.2.3",
      time: TIME,
      into: `${folder}/out`,
      extras,
    });
    assertEquals(archive, `${folder}/out/fluxloop-1.2.3-${target}.tar.gz`);
    const names = ["CHANGELOG.md", "LICENSE", "README.md", "fluxloop", "man/fluxloop.1"];
    assertEquals(await output("tar", ["-tf", archive]), names.map((it) => `fluxloop-1.2.3-${target}/${it}\n`).join(""));
    await assertRejects(
      () => packRelease({ compiled, target: "x86_64-apple-darwin", version: "1", time: TIME, into: folder, extras }),
      Error,
      `contains the program for ${target}, not for x86_64-apple-darwin`,
    );
  });

  it("contains a README that links only to packed files and absolute URLs", async () => {
    const compiled = `${folder}/linked`;
    await Deno.mkdir(compiled);
    await Deno.writeTextFile(`${compiled}/fluxloop`, "program");
    const target = "x86_64-unknown-linux-gnu";
    await Deno.writeTextFile(`${compiled}/base.json`, JSON.stringify({ target }));
    const archive = await packRelease({
      ...{ compiled, target, version: "1.2.3", time: TIME, into: compiled, extras: [], forTests: true },
    });
    const readme = await output("tar", ["-xOf", archive, `fluxloop-1.2.3-${target}/README.md`]);
    const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, it]) => it);
    assert(links.length > 0);
    assertEquals(links.filter((it) => !/^https:|^(LICENSE|CHANGELOG\.md)$/.test(it)), []);
  });

  it("contains the shell completions and a man page for each command", async () => {
    const args = ["run", "-A", "scripts/release/pack.ts", "--for-tests"];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
    assert(success, text(stderr));
    const names = (await output("tar", ["-tf", new URL(text(stdout).trim(), ROOT).pathname])).split("\n");
    const scripts = ["_fluxloop", "fluxloop.bash", "fluxloop.fish", "fluxloop.ps1"].map((it) => `completions/${it}`);
    for (const name of [...scripts, "man/fluxloop.1", "man/fluxloop-auth-login.1"]) {
      assert(names.some((it) => it.endsWith(`/${name}`)), name);
    }
  });

  const unreleasable: [string, Origins, string][] = [
    ["with a base executable from npm", { from: "npm", packages: "jsr", locked: true }, "a base executable from npm"],
    ["with packages from npm", { from: "deno", packages: "npm", locked: false }, "packages on npm"],
    ["without the lock file", { from: "deno", packages: "jsr", locked: false }, "without release/deno.lock"],
  ];
  for (const [how, origins, reason] of unreleasable) {
    it(`rejects a program compiled ${how}`, () => {
      assertThrows(() => assertReleasable(origins), Error, reason);
    });
  }

  it("accepts a program compiled with Deno's own base executable and locked JSR packages", () =>
    assertReleasable({ from: "deno", packages: "jsr", locked: true }));

  it("reads the origins of the base executable and the packages from base.json", async () => {
    const base = JSON.parse(await Deno.readTextFile(`${PROGRAM.slice(0, PROGRAM.lastIndexOf("/"))}/base.json`));
    assert(["deno", "npm"].includes(base.from) && ["jsr", "npm"].includes(base.packages), JSON.stringify(base));
  });
});

describe("the commit in the version", () => {
  let root: string;
  let commit: string;
  const git = (...args: string[]) => output("git", ["-C", root, "-c", "user.name=x", "-c", "user.email=x@x", ...args]);

  beforeAll(async () => {
    root = await Deno.makeTempDir();
    await git("init", "--quiet");
    await Deno.writeTextFile(`${root}/main.ts`, "");
    await git("add", ".");
    await git("commit", "--quiet", "--message=x");
    commit = (await git("rev-parse", "--short=12", "HEAD")).trim();
  });
  afterAll(() => Deno.remove(root, { recursive: true }));

  it("is the current one, even with a release's lock file", async () => {
    await Deno.mkdir(`${root}/release`);
    await Deno.writeTextFile(`${root}/release/deno.lock`, "{}");
    assertEquals(await currentCommit(root), commit);
  });

  it("is marked as dirty if files have changed", async () => {
    await Deno.writeTextFile(`${root}/main.ts`, "1;");
    assertEquals(await currentCommit(root), `${commit}-dirty`);
  });
});

describe("SHA256SUMS", () => {
  let folder: string;
  let list: string;

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/b.zip`, "b");
    await Deno.writeTextFile(`${folder}/a.tar.gz`, "a");
    list = await checksumsOf(folder, ["b.zip", "a.tar.gz"]);
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, list);
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  it("passes sha256sum's check", async () => {
    const args = ["-c", `cd "$1" && sha256sum --strict --check SHA256SUMS`, "sh", folder];
    assertEquals(await output("/bin/sh", args), "a.tar.gz: OK\nb.zip: OK\n");
  });

  it("has a signature that Node.js and OpenSSL accept, but not for other bytes", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const signature = signatureText(
      new TextEncoder().encode(list),
      privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    );
    assertMatch(signature, /^[A-Za-z0-9+/]{86}==\n$/);
    const bytes = Uint8Array.fromBase64(signature.trim());
    assert(verify(null, new TextEncoder().encode(list), publicKey, bytes));
    assert(!verify(null, new TextEncoder().encode(`${list} `), publicKey, bytes));

    await Deno.writeFile(`${folder}/raw.sig`, bytes);
    await Deno.writeTextFile(`${folder}/public.pem`, publicKey.export({ type: "spki", format: "pem" }) as string);
    const args = ["pkeyutl", "-verify", "-pubin", "-inkey", `${folder}/public.pem`, "-rawin"];
    assertStringIncludes(
      await output("openssl", [...args, "-in", `${folder}/SHA256SUMS`, "-sigfile", `${folder}/raw.sig`]),
      "Signature Verified Successfully",
    );
  });

  it("can't be signed with another kind of key, and the error doesn't quote the key", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const wrong = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    assertThrows(() => signatureText(new Uint8Array(), wrong), Error, "FLUXLOOP_RELEASE_KEY isn't an Ed25519 key");
    const error = assertThrows(() => signatureText(new Uint8Array(), "secret words"), Error, "isn't an Ed25519 key");
    assertEquals(error.message.includes("secret words"), false);
  });
});

describe("the software bill of materials", () => {
  let document: ReturnType<typeof spdxDocument>;
  const subject = { version: "1.2.3", commit: "0".repeat(40), created: TIME, deno: "2.9.6" };

  beforeAll(async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", "main.ts"], cwd: ROOT })
      .output();
    document = spdxDocument(subject, await componentsOf(JSON.parse(text(stdout))));
  });

  it("excludes packages that only the lock file has", async () => {
    const packageOf = (name: string, ...dependencies: string[]) => ({ name, version: "1.0.0", dependencies });
    const components = await componentsOf({
      modules: [{ specifier: "npm:/a@1.0.0/x.js", npmPackage: "a@1.0.0" }],
      npmPackages: { "a@1.0.0": packageOf("a", "b@1.0.0"), "b@1.0.0": packageOf("b"), "c@1.0.0": packageOf("c") },
    });
    assertEquals(components.map((it) => it.name), ["a", "b"]);
  });

  it("has the document fields that SPDX 2.3 requires (clause 6)", () => {
    assertEquals([document.spdxVersion, document.dataLicense, document.SPDXID], [
      "SPDX-2.3",
      "CC0-1.0",
      "SPDXRef-DOCUMENT",
    ]);
    assertMatch(document.documentNamespace, /^https:\/\/[^#\s]+$/);
    assertEquals(document.creationInfo.created, "2026-03-29T01:30:12Z");
    for (const it of document.creationInfo.creators) assertMatch(it, /^(Person|Organization|Tool): \S/);
  });

  it("has the package fields that SPDX 2.3 requires (clause 7), and unique IDs", () => {
    const ids = document.packages.map((it) => it.SPDXID);
    assertEquals(new Set(ids).size, ids.length);
    for (const it of document.packages) {
      assertMatch(it.SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);
      assertMatch(it.downloadLocation, /^(NOASSERTION|(git\+)?https:\/\/\S+)$/);
      assertMatch(it.licenseDeclared, /^(NOASSERTION|[A-Za-z0-9.-]+)$/);
      assertEquals([it.filesAnalyzed, it.licenseConcluded, it.copyrightText], [false, "NOASSERTION", "NOASSERTION"]);
      assertMatch(it.externalRefs[0].referenceLocator, /^pkg:(npm|jsr|github)\/[\w.%/-]+@[\w.%-]+$/);
    }
  });

  it("has a relationship for each package (clause 11)", () => {
    const ids = document.packages.map((it) => it.SPDXID);
    const [described, ...contained] = document.relationships;
    assertEquals(described, {
      spdxElementId: "SPDXRef-DOCUMENT",
      relationshipType: "DESCRIBES",
      relatedSpdxElement: "SPDXRef-Package-fluxloop-1.2.3",
    });
    assertEquals(contained.map((it) => it.relatedSpdxElement), ids.slice(1));
  });

  it("lists Deno and the program's dependencies in their bundled versions, but not the tests' dependencies", () => {
    const names = document.packages.map((it) => it.name);
    for (const it of ["fluxloop", "deno", "@cliffy/command", "@cliffy/prompt", "@std/yaml", "yaml", "ignore"]) {
      assert(names.includes(it), it);
    }
    // @std/assert isn't in this list, because the latest Cliffy imports it.
    for (const it of ["fast-check", "@std/testing", "openapi-typescript", "tar-stream"]) {
      assert(!names.includes(it), it);
    }
    const yaml = document.packages.find((it) => it.name === "yaml")!;
    assertMatch(yaml.versionInfo, /^2\.\d+\.\d+$/);
    assertEquals(yaml.licenseDeclared, "ISC");
    assertEquals(yaml.externalRefs[0].referenceLocator, `pkg:npm/yaml@${yaml.versionInfo}`);
  });
});

describe("the Homebrew formula", () => {
  const checksums = TARGETS.map((it, at) => `${String(at).repeat(64)}  ${archiveName("1.2.3", it)}\n`).join("");

  it("is valid Ruby without warnings", async () => {
    assertEquals(await output("ruby", ["-wc", "-"], formula("1.2.3", checksums)), "Syntax OK\n");
  });

  it("has the URL and checksum of each archive except the one for Windows", () => {
    const text = formula("1.2.3", checksums);
    TARGETS.slice(0, 4).forEach((target, at) => {
      const name = archiveName("1.2.3", target);
      const url = `https://github.com/fluxloop/fluxloop/releases/download/v1.2.3/${name}`;
      assertStringIncludes(text, `url "${url}"\n      sha256 "${String(at).repeat(64)}"`);
    });
    assertEquals(text.includes("windows"), false);
  });

  it("isn't created if an archive is missing", () => {
    assertThrows(
      () => formula("1.2.4", checksums),
      Error,
      "SHA256SUMS doesn't list fluxloop-1.2.4-aarch64-apple-darwin.tar.gz",
    );
  });

  it("has a test that passes with the compiled program, and installs the archive's files", async () => {
    // A minimal Homebrew with only what this formula uses.
    const homebrew = await Deno.readTextFile(new URL("fixtures/homebrew.rb", import.meta.url));
    const script = `${homebrew}\n${
      formula(denoJson.version, checksums.replaceAll("1.2.3", denoJson.version))
    }\nrun_formula(Fluxloop)\n`;
    const folder = await Deno.makeTempDir();
    const printed = await output("ruby", ["-", PROGRAM, folder], script, { ...PATH, HOME: folder });
    await Deno.remove(folder, { recursive: true });
    assertEquals(
      printed,
      [
        "bin: fluxloop",
        "bash_completion: completions/fluxloop.bash as fluxloop",
        "zsh_completion: completions/_fluxloop",
        "fish_completion: completions/fluxloop.fish",
        "man1: man/fluxloop.1",
        "passed",
        "",
      ].join("\n"),
    );
  });
});
