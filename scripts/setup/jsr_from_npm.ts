/**
 * Builds of deno.json's JSR packages on npm, for networks that allow only the npm registry.
 *
 * @module
 */
import { BDD, BDD_DECLARATIONS } from "./bdd.ts";
import { type PinnedPackage, unpackFromNpm } from "./npm_tarball.ts";
import type { Fallback } from "./set_up.ts";

/** Contains builds of Cliffy, `@std/yaml` and `@std/path` with declarations, in a folder for each package and version. */
const WINDMILL: PinnedPackage = {
  spec: "windmill-cli@1.596.0",
  integrity: "sha512-5aFVNTOEaGyTKyQlyjFI1FAZ8fTIQ2vGSmnqL3FfZuKpKWdqGXh8p9Azdp8N2MkIwyP1vYtOK9nfQk6jr6tRTw==",
};

/** Contains stable std modules as plain JavaScript, without declarations. */
const DENO_STD: PinnedPackage = {
  spec: "deno-std@1.4.0",
  integrity: "sha512-7c0Y6tyn0Sx0NKiaAeGtDwrpG+C7VFcOStVcYXPnjAuIEonxzVV+n6s8iuFjg6keqzxo/zrPbR/J9EY9BLNsRA==",
};

const BUILDS = "esm/deps/jsr.io";
const CLIFFY = `${BUILDS}/@windmill-labs`;
const PROMPTS = ["confirm", "input", "secret", "select"];

/** Replacements for files that a build lacks or has only for Node.js: text by path. */
type OwnFiles = Record<string, string>;

interface VendoredPackage {
  readonly name: string;
  /** The actual version if the build records it, otherwise 1.0.0. */
  readonly version: string;
  readonly source: PinnedPackage;
  /** The exported names, and the module in the source or in `own` for each. */
  readonly exports: Record<string, string>;
  readonly own?: OwnFiles;
}

/** The builds are for Node.js and contain shims for `Deno`. This uses the real one, which can access the terminal. */
const REAL_RUNTIME: OwnFiles = {
  "esm/_dnt.shims.js":
    "const real = globalThis.Deno;\nexport { real as Deno };\nexport const dntGlobalThis = globalThis;\n",
  "esm/_dnt.polyfills.js": "export {};\n",
};

const ASSERT_DECLARATIONS = `
type ErrorClass<E extends Error = Error> = abstract new (...args: any[]) => E;
export class AssertionError extends Error {}
export function assert(expr: unknown, msg?: string): asserts expr;
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T;
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
export function assertObjectMatch(
  actual: Record<PropertyKey, any>, expected: Record<PropertyKey, unknown>, msg?: string): void;
export function assertInstanceOf<T>(actual: unknown, type: abstract new (...args: any[]) => T, msg?: string):
  asserts actual is T;
export function assertGreater<T>(actual: T, low: T, msg?: string): void;
export function assertLessOrEqual<T>(actual: T, high: T, msg?: string): void;
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error>(fn: () => unknown, type: ErrorClass<E>, includes?: string, msg?: string): E;
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>, type: ErrorClass<E>, includes?: string, msg?: string): Promise<E>;
export function fail(msg?: string): never;
`;

const PACKAGES: readonly VendoredPackage[] = [
  {
    name: "@cliffy/command",
    version: "1.0.0-rc.5",
    source: WINDMILL,
    exports: {
      ".": `${CLIFFY}/cliffy-command/1.0.0-rc.5/mod.js`,
      "./completions": `${CLIFFY}/cliffy-command/1.0.0-rc.5/completions/mod.js`,
    },
    own: REAL_RUNTIME,
  },
  {
    name: "@cliffy/prompt",
    version: "1.0.0-rc.6",
    source: WINDMILL,
    exports: {
      ".": `${CLIFFY}/cliffy-prompt/1.0.0-rc.6/mod.js`,
      ...Object.fromEntries(PROMPTS.map((it) => [`./${it}`, `${CLIFFY}/cliffy-prompt/1.0.0-rc.6/${it}.js`])),
    },
    own: {
      ...REAL_RUNTIME,
      [`${CLIFFY}/cliffy-prompt/1.0.0-rc.6/mod.js`]: reexport(PROMPTS),
      [`${CLIFFY}/cliffy-prompt/1.0.0-rc.6/mod.d.ts`]: reexport(PROMPTS),
    },
  },
  {
    name: "@std/yaml",
    version: "1.0.10",
    source: WINDMILL,
    exports: { ".": `${BUILDS}/@std/yaml/1.0.10/mod.js` },
    own: REAL_RUNTIME,
  },
  {
    name: "@std/path",
    version: "1.1.3",
    source: WINDMILL,
    exports: { ".": `${BUILDS}/@std/path/1.1.3/mod.js` },
    own: REAL_RUNTIME,
  },
  {
    name: "@std/assert",
    version: "1.0.0",
    source: DENO_STD,
    exports: { ".": "assert/mod.js" },
    own: { "assert/mod.d.ts": ASSERT_DECLARATIONS },
  },
  {
    name: "@std/testing",
    version: "1.0.0",
    source: DENO_STD,
    exports: { "./bdd": "bdd.js" },
    own: { "bdd.js": BDD, "bdd.d.ts": BDD_DECLARATIONS },
  },
];

/** The maximum length of a part of a vendored file's path; Deno renames longer ones. */
const LONGEST_NAME = 30;

/** The builds, as a fallback for JSR. */
export const NPM_BUILDS: Fallback = {
  version: JSON.stringify(PACKAGES),
  async fill(folder, scratch) {
    const roots = new Map<PinnedPackage, string>();
    for (const source of new Set(PACKAGES.map((it) => it.source))) {
      roots.set(source, await unpackFromNpm(source, scratch));
    }
    for (const vendored of PACKAGES) {
      await writePackage(vendored, roots.get(vendored.source)!, `${folder}/${vendored.name}`);
    }
    return Object.fromEntries(PACKAGES.map((it) => [it.name, it.version]));
  },
};

/**
 * @param imports The imports in deno.json.
 * @returns The specifiers of the JSR modules that the project may use.
 */
export function jsrModules(imports: Readonly<Record<string, string>>): string[] {
  return PACKAGES.flatMap(({ name, exports }) => Object.keys(exports).map((it) => `${imports[name]}${it.slice(1)}`));
}

async function writePackage(vendored: VendoredPackage, root: string, folder: string): Promise<void> {
  const files = await reachableFiles(vendored, root);
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of files) {
    const bytes = new TextEncoder().encode(text);
    const file = `${folder}/${vendored.version}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(file, bytes);
    manifest[`/${path}`] = { size: bytes.length, checksum: `sha256-${await sha256Hex(bytes)}` };
  }
  const exports = Object.fromEntries(Object.entries(vendored.exports).map(([name, path]) => [name, `./${path}`]));
  const [scope, name] = vendored.name.slice(1).split("/");
  const { version } = vendored;
  await Deno.writeTextFile(
    `${folder}/meta.json`,
    JSON.stringify({ scope, name, latest: version, versions: { [version]: {} } }),
  );
  await Deno.writeTextFile(`${folder}/${vendored.version}_meta.json`, JSON.stringify({ exports, manifest }));
}

/**
 * Follows the relative imports of a package's modules and declarations, starting at its exports.
 *
 * @returns The text of each needed file by path; declarations are named after their module.
 */
async function reachableFiles(vendored: VendoredPackage, source: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const waiting = Object.values(vendored.exports);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const module = vendored.own?.[path] ?? await Deno.readTextFile(`${source}/${path}`);
    const declarationPath = path.replace(/\.js$/, ".d.ts");
    const declarations = vendored.own?.[declarationPath] ?? (path in (vendored.own ?? {}) ? undefined : await Deno
      .readTextFile(`${source}/${declarationPath.replace(/^esm\//, "types/")}`).catch(ignoreMissing));
    waiting.push(...relativeImports(path, module), ...relativeImports(path, declarations ?? ""));

    if (declarations === undefined) {
      files.set(path, module);
      continue;
    }
    const name = shortened(declarationPath);
    files.set(path, `/* @ts-self-types="./${name.slice(name.lastIndexOf("/") + 1)}" */\n${module}`);
    files.set(name, declarations);
  }
  return files;
}

/** @returns The modules that the file at `path` imports by a relative specifier. */
function relativeImports(path: string, text: string): string[] {
  // Doc comments contain imports of files that don't exist.
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const imports = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+\.js)["']/g);
  return [...imports].map((it) => new URL(it[1], `file:///${path}`).pathname.slice(1));
}

function shortened(path: string): string {
  const cut = path.lastIndexOf("/") + 1;
  const name = path.slice(cut);
  return name.length <= LONGEST_NAME ? path : `${path.slice(0, cut)}${name.slice(0, LONGEST_NAME - 5)}.d.ts`;
}

function reexport(modules: string[]): string {
  return modules.map((it) => `export * from "./${it}.js";\n`).join("");
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((it) => it.toString(16).padStart(2, "0")).join("");
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
