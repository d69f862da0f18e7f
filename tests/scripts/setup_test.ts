import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import denoJson from "../../deno.json" with { type: "json" };
import { jsrModules } from "../../scripts/setup/jsr_from_npm.ts";
import { LOCK, lockOptions } from "../../scripts/setup/lock.ts";
import { setUp, type SetupOptions, writeLock } from "../../scripts/setup/set_up.ts";
import { lastTried, noteTried, packagesFrom, readMarker } from "../../scripts/setup/vendor_folder.ts";
import { NAMES, NPM_NAME, openRegistry, type SmallRegistry, writePackages } from "../support/small_registry.ts";

const FALLBACK_VERSION = "1.0.0";
const DAY = 24 * 60 * 60 * 1000;

let registry: SmallRegistry;
let root: string;
let vendor: string;
let messages: string[];

function options(): SetupOptions {
  const modules = NAMES.map((it) => `jsr:${it}@^1`);
  const npmPackages = [`npm:${NPM_NAME}@^1`];
  return {
    root,
    imports: Object.fromEntries([...modules, ...npmPackages].map((it) => [it.slice(4, it.lastIndexOf("@")), it])),
    modules,
    npmPackages,
    fallback: {
      version: "first",
      async fill(folder) {
        await writePackages(folder, FALLBACK_VERSION);
        return Object.fromEntries(NAMES.map((it) => [it, FALLBACK_VERSION]));
      },
    },
    env: {
      JSR_URL: registry.url,
      NPM_CONFIG_REGISTRY: registry.url,
      DENO_DIR: `${root}/cache`,
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    },
    log: (text) => messages.push(text),
  };
}

/** @returns The versions in the vendor folder, according to its marker and its files. */
function vendored(): { source: string; marked: string[]; files: string[] } {
  const { source, packages } = readMarker(vendor)!;
  const entries = NAMES.flatMap((it) => [...Deno.readDirSync(`${vendor}/${registry.folder}/${it}`)]);
  return {
    source,
    marked: Object.values(packages),
    files: entries.filter((it) => it.isDirectory).map((it) => it.name),
  };
}

const fromJsr = (version: string) => ({ source: "jsr", marked: [version, version], files: [version, version] });
const FROM_FALLBACK = {
  source: "npm",
  marked: [FALLBACK_VERSION, FALLBACK_VERSION],
  files: [FALLBACK_VERSION, FALLBACK_VERSION],
};

/** @returns The output of a program that uses the packages without access to the registry. */
async function runOffline(): Promise<string> {
  await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify({ imports: options().imports, vendor: true }));
  await Deno.writeTextFile(`${root}/main.ts`, 'import { name } from "@small/two";\nconsole.log(name);\n');
  const args = ["run", "--cached-only", "--no-lock", "--config", `${root}/deno.json`, `${root}/main.ts`];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, env: { ...options().env } }).output();
  return new TextDecoder().decode(stdout);
}

async function openProject(): Promise<void> {
  registry = openRegistry();
  root = await Deno.makeTempDir();
  vendor = `${root}/vendor`;
  messages = [];
}

async function closeProject(): Promise<void> {
  await registry.close();
  await Deno.remove(root, { recursive: true });
}

describe("setting up", () => {
  beforeEach(openProject);
  afterEach(closeProject);

  it("downloads the latest packages from the registry at JSR_URL", async () => {
    await setUp(options());
    assertEquals(vendored(), fromJsr("1.2.0"));
    assertEquals(messages, [`Downloaded the JSR packages from ${registry.url} to vendor/.`]);
    assertEquals(await runOffline(), "@small/two\n");
  });

  it("knows the modules of each JSR package in deno.json", () => {
    const packages = Object.values<string>(denoJson.imports).filter((it) => it.startsWith("jsr:"));
    const modules = jsrModules(denoJson.imports);
    assertEquals(packages.filter((it) => !modules.some((module) => module.startsWith(it))), []);
  });

  it("does nothing the second time", async () => {
    await setUp(options());
    registry.takeRequests();
    await setUp(options());
    assertEquals([registry.takeRequests(), messages.length], [[], 1]);
  });

  it("downloads newer packages with --refresh", async () => {
    await setUp(options());
    registry.versions.push("1.3.0");
    await setUp({ ...options(), refresh: true });
    assertEquals(vendored(), fromJsr("1.3.0"));
  });

  it("reports a failed --refresh and keeps the existing packages", async () => {
    await setUp(options());
    registry.overrides.set("", () => new Response(null, { status: 503 }));
    await assertRejects(
      () => setUp({ ...options(), refresh: true }),
      Error,
      "503 Service Unavailable). vendor/ still has those from jsr.",
    );
    assertEquals(vendored(), fromJsr("1.2.0"));
  });

  it("works in two concurrent runs", async () => {
    await Promise.all([setUp(options()), setUp(options())]);
    assertEquals(vendored(), fromJsr("1.2.0"));
    assertEquals([...Deno.readDirSync(`${root}/.cache`)], []);
  });

  it("waits for a slow but steady registry", async () => {
    const slow = async (path: string) => {
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      return new Response(Deno.readTextFileSync(`${root}/files/${path}`));
    };
    await writePackages(`${root}/files`, "1.2.0");
    for (const name of NAMES) {
      for (const file of ["meta.json", "1.2.0_meta.json", "1.2.0/first.ts", "1.2.0/second.ts", "1.2.0/third.ts"]) {
        registry.overrides.set(`${name}/${file}`, () => slow(`${name}/${file}`));
      }
    }
    const timeout = 5_000;
    const start = performance.now();
    await setUp({ ...options(), timeout });
    assertEquals([vendored(), performance.now() - start > timeout], [fromJsr("1.2.0"), true]);
  });

  const faults: readonly {
    fault: string;
    at: string;
    response: () => Response | Promise<Response>;
    reason: string;
    timeout?: number;
  }[] = [
    {
      fault: "responds to one file with HTTP 500",
      at: "two/1.2.0/second.ts",
      response: () => new Response(null, { status: 500 }),
      reason: "500 Internal Server Error",
    },
    {
      fault: "truncates one file",
      at: "two/1.2.0/second.ts",
      response: () => new Response(new Blob(["export"]).stream(), { headers: { "content-length": "1000" } }),
      reason: "second.ts' failed",
    },
    {
      fault: "doesn't respond",
      at: "two/1.2.0/third.ts",
      response: () => new Promise(() => {}),
      reason: "no response for 2 seconds",
      timeout: 2_000,
    },
    {
      fault: "is a captive portal",
      at: "",
      response: () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
      reason: "expected value at line 1",
    },
    {
      fault: "responds to everything with HTTP 403",
      at: "",
      response: () => new Response(null, { status: 403 }),
      reason: "403 Forbidden",
    },
  ];
  for (const { fault, at, response, reason, timeout } of faults) {
    it(`takes all packages from npm if the registry ${fault}`, async () => {
      registry.overrides.set(at, response);
      await setUp({ ...options(), timeout });
      assertEquals(vendored(), FROM_FALLBACK);
      assertStringIncludes(messages.join(), reason);
      assertStringIncludes(messages.join(), "run `deno task setup --refresh`");
    });
  }

  it("stores the packages from npm where Deno finds them", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    assertEquals(await runOffline(), "@small/two\n");
  });

  it("explains why neither source works", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    const fallback = { version: "", fill: () => Promise.reject(new Error("npm isn't installed")) };
    await assertRejects(
      () => setUp({ ...options(), fallback }),
      Error,
      "403 Forbidden). The builds on npm can't be used either (npm isn't installed).",
    );
    assertEquals([...Deno.readDirSync(root)].map((it) => it.name).sort(), [".cache", "cache"]);
  });

  it("rejects a file that differs from the published one", async () => {
    registry.overrides.set("two/1.2.0/second.ts", () => new Response("export {};"));
    await assertRejects(() => setUp(options()), Error, "Integrity check failed");
    assertEquals([readMarker(vendor), messages], [undefined, []]);
  });

  for (
    const [name, fill] of [
      ["partly filled", () => writePackages(`${vendor}/${registry.folder}`, "1.1.0")],
      ["filled with other packages", () => setUp({ ...options(), modules: [options().modules[0]] })],
      [
        "filled from another registry",
        () => setUp({ ...options(), env: { ...options().env, JSR_URL: `${registry.url}x/` } }),
      ],
    ] as const
  ) {
    it(`refills a folder that was ${name}`, async () => {
      await fill();
      await setUp(options());
      assertEquals(vendored(), fromJsr("1.2.0"));
    });
  }
});

describe("setting up a folder with packages from npm", () => {
  beforeEach(async () => {
    await openProject();
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    registry.overrides.clear();
    registry.takeRequests();
  });
  afterEach(closeProject);

  it("doesn't try JSR again on the same day", async () => {
    await setUp(options());
    assertEquals([registry.takeRequests(), packagesFrom(vendor)], [[], "npm"]);
  });

  it("tries JSR again with --refresh", async () => {
    await setUp({ ...options(), refresh: true });
    assertEquals(vendored(), fromJsr("1.2.0"));
  });

  it("tries JSR again after a day", async () => {
    noteTried(vendor, new Date(Date.now() - DAY));
    await setUp(options());
    assertEquals(vendored(), fromJsr("1.2.0"));
  });

  it("keeps the packages for another day if JSR is still unreachable", async () => {
    noteTried(vendor, new Date(Date.now() - DAY));
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    assertEquals([vendored(), Date.now() - lastTried(vendor) < DAY], [FROM_FALLBACK, true]);
  });

  it("refills the folder if the packages from npm have changed", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp({ ...options(), fallback: { ...options().fallback, version: "second" } });
    assertEquals(messages.length, 2);
  });
});

describe("setting up with a lock file", () => {
  beforeEach(async () => {
    await openProject();
    await writeLock(options());
    registry.takeRequests();
  });
  afterEach(closeProject);

  it("downloads the locked versions, not the latest", async () => {
    registry.versions.push("1.3.0");
    await setUp(options());
    assertEquals(vendored(), fromJsr("1.2.0"));
  });

  it("compiles with the lock file", async () => {
    await setUp(options());
    assertEquals(lockOptions(root), [`--lock=${root}/${LOCK}`, "--frozen"]);
  });

  it("compiles without the lock file if the packages are from npm", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    assertEquals(lockOptions(root), []);
  });

  it("fails for a package that differs from the locked one", async () => {
    registry.overrides.set("two/1.2.0_meta.json", () => Response.json({ exports: {}, manifest: {} }));
    await assertRejects(
      () => setUp(options()),
      Error,
      "Integrity check failed: @small/two@1.2.0 isn't what was locked",
    );
    assertEquals(readMarker(vendor), undefined);
  });

  it("fails for an npm package that differs from the locked one, even if it is in Deno's cache", async () => {
    registry.npmModule = "export const altered = true;\n";
    const env = { ...options().env, DENO_DIR: `${root}/other-cache` };
    const args = ["cache", "--no-config", "--no-lock", ...options().npmPackages];
    assert((await new Deno.Command(Deno.execPath(), { args, env, cwd: root }).output()).success);
    await assertRejects(
      () => setUp({ ...options(), env }),
      Error,
      "Integrity check failed: small-npm@1.0.0 isn't what was locked",
    );
    assertEquals(readMarker(vendor), undefined);
  });

  it("fails if the lock file is older than the imports", async () => {
    const imports = { ...options().imports, ignore: "npm:ignore@7" };
    await assertRejects(() => setUp({ ...options(), imports }), Error, "Run `deno task lock`");
  });

  it("refills a folder that was filled with another lock file", async () => {
    await setUp(options());
    registry.versions.push("1.3.0");
    await writeLock(options());
    await setUp(options());
    assertEquals(vendored(), fromJsr("1.3.0"));
  });

  it("keeps the existing lock file if JSR is unreachable", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    const before = await Deno.readTextFile(`${root}/${LOCK}`);
    await assertRejects(() => writeLock(options()), Error, "Can't write release/deno.lock");
    assertEquals(await Deno.readTextFile(`${root}/${LOCK}`), before);
  });
});
