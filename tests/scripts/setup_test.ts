import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import denoJson from "../../deno.json" with { type: "json" };
import { jsrModules } from "../../scripts/setup/jsr_from_npm.ts";
import { LOCK, lockOptions } from "../../scripts/setup/lock.ts";
import { setUp, type SetupOptions, writeLock } from "../../scripts/setup/set_up.ts";
import { lastTried, noteTried, packagesFrom, readMarker } from "../../scripts/setup/vendor_folder.ts";
import { NAMES, NPM_NAME, openRegistry, type SmallRegistry, writePackages } from "../support/small_registry.ts";

const STAND_IN_VERSION = "1.0.0";
const DAY = 24 * 60 * 60 * 1000;

let registry: SmallRegistry;
let root: string;
let vendor: string;
let said: string[];

function options(): SetupOptions {
  const modules = NAMES.map((it) => `jsr:${it}@^1`);
  const npmPackages = [`npm:${NPM_NAME}@^1`];
  return {
    root,
    imports: Object.fromEntries([...modules, ...npmPackages].map((it) => [it.slice(4, it.lastIndexOf("@")), it])),
    modules,
    npmPackages,
    standIn: {
      version: "first",
      async fill(folder) {
        await writePackages(folder, STAND_IN_VERSION);
        return Object.fromEntries(NAMES.map((it) => [it, STAND_IN_VERSION]));
      },
    },
    env: {
      JSR_URL: registry.url,
      NPM_CONFIG_REGISTRY: registry.url,
      DENO_DIR: `${root}/cache`,
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    },
    say: (text) => said.push(text),
  };
}

/** @returns What the folder holds, as the marker has it and as the files are. */
function held(): { source: string; marked: string[]; files: string[] } {
  const { source, packages } = readMarker(vendor)!;
  const entries = NAMES.flatMap((it) => [...Deno.readDirSync(`${vendor}/${registry.folder}/${it}`)]);
  return {
    source,
    marked: Object.values(packages),
    files: entries.filter((it) => it.isDirectory).map((it) => it.name),
  };
}

const fromJsr = (version: string) => ({ source: "jsr", marked: [version, version], files: [version, version] });
const FROM_STAND_IN = {
  source: "npm",
  marked: [STAND_IN_VERSION, STAND_IN_VERSION],
  files: [STAND_IN_VERSION, STAND_IN_VERSION],
};

/** @returns What comes of the packages when a program uses them and the registry can't be asked. */
async function used(): Promise<string> {
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
  said = [];
}

async function closeProject(): Promise<void> {
  await registry.close();
  await Deno.remove(root, { recursive: true });
}

describe("setting up", () => {
  beforeEach(openProject);
  afterEach(closeProject);

  it("takes the newest packages from the registry that JSR_URL names", async () => {
    await setUp(options());
    assertEquals(held(), fromJsr("1.2.0"));
    assertEquals(said, [`Downloaded the JSR packages from ${registry.url} to vendor/.`]);
    assertEquals(await used(), "@small/two\n");
  });

  it("knows modules of each JSR package that deno.json imports", () => {
    const packages = Object.values<string>(denoJson.imports).filter((it) => it.startsWith("jsr:"));
    const modules = jsrModules(denoJson.imports);
    assertEquals(packages.filter((it) => !modules.some((module) => module.startsWith(it))), []);
  });

  it("does nothing when it is done", async () => {
    await setUp(options());
    registry.takeRequests();
    await setUp(options());
    assertEquals([registry.takeRequests(), said.length], [[], 1]);
  });

  it("takes newer packages with --refresh", async () => {
    await setUp(options());
    registry.versions.push("1.3.0");
    await setUp({ ...options(), refresh: true });
    assertEquals(held(), fromJsr("1.3.0"));
  });

  it("says that --refresh failed, and keeps what there is", async () => {
    await setUp(options());
    registry.overrides.set("", () => new Response(null, { status: 503 }));
    await assertRejects(
      () => setUp({ ...options(), refresh: true }),
      Error,
      "503 Service Unavailable). vendor/ still holds those from jsr.",
    );
    assertEquals(held(), fromJsr("1.2.0"));
  });

  it("works when it runs twice at the same time", async () => {
    await Promise.all([setUp(options()), setUp(options())]);
    assertEquals(held(), fromJsr("1.2.0"));
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
    const patience = 5_000;
    const start = performance.now();
    await setUp({ ...options(), patience });
    assertEquals([held(), performance.now() - start > patience], [fromJsr("1.2.0"), true]);
  });

  const faults: readonly {
    fault: string;
    at: string;
    answer: () => Response | Promise<Response>;
    reason: string;
    patience?: number;
  }[] = [
    {
      fault: "answers 500 to one file",
      at: "two/1.2.0/second.ts",
      answer: () => new Response(null, { status: 500 }),
      reason: "500 Internal Server Error",
    },
    {
      fault: "breaks off one file",
      at: "two/1.2.0/second.ts",
      answer: () => new Response(new Blob(["export"]).stream(), { headers: { "content-length": "1000" } }),
      reason: "second.ts' failed",
    },
    {
      fault: "never answers",
      at: "two/1.2.0/third.ts",
      answer: () => new Promise(() => {}),
      reason: "no response for 2 seconds",
      patience: 2_000,
    },
    {
      fault: "is a captive portal, which answers everything with a page",
      at: "",
      answer: () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
      reason: "expected value at line 1",
    },
    {
      fault: "answers 403 to everything",
      at: "",
      answer: () => new Response(null, { status: 403 }),
      reason: "403 Forbidden",
    },
  ];
  for (const { fault, at, answer, reason, patience } of faults) {
    it(`takes the complete stand-in from npm when the registry ${fault}`, async () => {
      registry.overrides.set(at, answer);
      await setUp({ ...options(), patience });
      assertEquals(held(), FROM_STAND_IN);
      assertStringIncludes(said.join(), reason);
      assertStringIncludes(said.join(), "run `deno task setup --refresh`");
    });
  }

  it("puts the stand-in where Deno finds it", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    assertEquals(await used(), "@small/two\n");
  });

  it("says why neither source works", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    const standIn = { version: "", fill: () => Promise.reject(new Error("npm isn't installed")) };
    await assertRejects(
      () => setUp({ ...options(), standIn }),
      Error,
      "403 Forbidden). The builds on npm can't be used either (npm isn't installed).",
    );
    assertEquals([...Deno.readDirSync(root)].map((it) => it.name).sort(), [".cache", "cache"]);
  });

  it("rejects a file that differs from the published one", async () => {
    registry.overrides.set("two/1.2.0/second.ts", () => new Response("export {};"));
    await assertRejects(() => setUp(options()), Error, "Integrity check failed");
    assertEquals([readMarker(vendor), said], [undefined, []]);
  });

  for (
    const [name, leave] of [
      ["half filled", () => writePackages(`${vendor}/${registry.folder}`, "1.1.0")],
      ["filled with other packages", () => setUp({ ...options(), modules: [options().modules[0]] })],
      [
        "filled from another registry",
        () => setUp({ ...options(), env: { ...options().env, JSR_URL: `${registry.url}x/` } }),
      ],
    ] as const
  ) {
    it(`refills a folder that was ${name}`, async () => {
      await leave();
      await setUp(options());
      assertEquals(held(), fromJsr("1.2.0"));
    });
  }
});

describe("setting up a folder that the stand-in filled", () => {
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
    assertEquals(held(), fromJsr("1.2.0"));
  });

  it("tries JSR again after a day", async () => {
    noteTried(vendor, new Date(Date.now() - DAY));
    await setUp(options());
    assertEquals(held(), fromJsr("1.2.0"));
  });

  it("keeps it for one more day when JSR is still out of reach", async () => {
    noteTried(vendor, new Date(Date.now() - DAY));
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    assertEquals([held(), Date.now() - lastTried(vendor) < DAY], [FROM_STAND_IN, true]);
  });

  it("fills it again when the stand-in has changed", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp({ ...options(), standIn: { ...options().standIn, version: "second" } });
    assertEquals(said.length, 2);
  });
});

describe("setting up with a lock file", () => {
  beforeEach(async () => {
    await openProject();
    await writeLock(options());
    registry.takeRequests();
  });
  afterEach(closeProject);

  it("takes what is locked, not what is newest", async () => {
    registry.versions.push("1.3.0");
    await setUp(options());
    assertEquals(held(), fromJsr("1.2.0"));
  });

  it("makes the compiler use it", async () => {
    await setUp(options());
    assertEquals(lockOptions(root), [`--lock=${root}/${LOCK}`, "--frozen"]);
  });

  it("makes the compiler ignore it where builds from npm stand in", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    await setUp(options());
    assertEquals(lockOptions(root), []);
  });

  it("stops at a package that isn't the locked one", async () => {
    registry.overrides.set("two/1.2.0_meta.json", () => Response.json({ exports: {}, manifest: {} }));
    await assertRejects(
      () => setUp(options()),
      Error,
      "Integrity check failed: @small/two@1.2.0 isn't what was locked",
    );
    assertEquals(readMarker(vendor), undefined);
  });

  it("stops at an npm package that isn't the locked one, also where Deno's cache has it", async () => {
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

  it("stops when the lock file is older than the imports", async () => {
    const imports = { ...options().imports, ignore: "npm:ignore@7" };
    await assertRejects(() => setUp({ ...options(), imports }), Error, "Run `deno task lock`");
  });

  it("fills a folder again that was filled with another lock file", async () => {
    await setUp(options());
    registry.versions.push("1.3.0");
    await writeLock(options());
    await setUp(options());
    assertEquals(held(), fromJsr("1.3.0"));
  });

  it("keeps the lock file when JSR is out of reach of the next one", async () => {
    registry.overrides.set("", () => new Response(null, { status: 403 }));
    const before = await Deno.readTextFile(`${root}/${LOCK}`);
    await assertRejects(() => writeLock(options()), Error, "Can't write release/deno.lock");
    assertEquals(await Deno.readTextFile(`${root}/${LOCK}`), before);
  });
});
