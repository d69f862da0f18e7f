import { assertEquals } from "@std/assert";
import { fromFileUrl, join, relative, SEPARATOR } from "@std/path";
import { describe, it } from "@std/testing/bdd";

const SOURCES = new URL("../src", import.meta.url);

/** From the top down: a module imports from its own layer's folder or from the layers below. */
const LAYERS: readonly (readonly string[])[] = [
  ["cli"],
  ["output"],
  ["auth", "experiment", "release"],
  ["credentials", "api_client"],
  ["text", "context.ts", "errors.ts", "build_info.ts", "paths.ts"],
];
/** Beside the layers: each may import from the lowest ones, and is imported only where it says. */
const BESIDE: Readonly<Record<string, { readonly imports: readonly string[]; readonly importers: readonly string[] }>> =
  {
    system: { imports: LAYERS[4], importers: ["main.ts"] },
    embedded_platform: { imports: [...LAYERS[3], ...LAYERS[4], "system"], importers: ["cli/platform/serve_run.ts"] },
  };

/** What depends on the system: its name, users, permissions and signals. */
const SYSTEM = /(?<!typeof )\bDeno\.(?:build\.os|uid|chmod|chown|kill|addSignalListener)|\bmode: 0o/;
/** Where it stands besides `system/`: files that only their owner may read, git's own rules, and replacing the program. */
const SYSTEM_FILES = [
  "cli/version_notice.ts",
  "credentials/atomic_file.ts",
  "credentials/credentials_file.ts",
  "credentials/file_lock.ts",
  "credentials/git_exposure.ts",
  "embedded_platform/storage.ts",
  "release/replace.ts",
];

/** What a test must not use that runs on every system: it belongs in a `_system_test.ts` file or in tests/support/systems.ts. */
const NOT_PORTABLE =
  /(?<!typeof )\bDeno\.(?:build\.os|uid|umask|chown)|\/proc\/|"(?:git|python3|strace|tmux)"|support\/(?:browser|completing_shells|installing|pass_store|proxy_programs|pty|secret_service|strace|terminal|users)\.ts/;
/** What a test may use only in a case that is defined where systems have it. */
const UNIX = /\bDeno\.(?:chmod|symlink)|[cC]hild\.kill\("SIG(?!KILL)/;

interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether only types are imported, so that nothing is loaded. */
  readonly isType: boolean;
}

function* filesIn(folder: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}

const ROOT = fromFileUrl(SOURCES);
/** @returns A module's path in `src/`, as on Unix. */
const nameOf = (path: string) => relative(ROOT, path).replaceAll(SEPARATOR, "/");

/** @returns The imports between modules of `src/`; type-only and lazy ones too. */
function allImports(): Import[] {
  return [...filesIn(ROOT)].flatMap((file) => {
    const text = Deno.readTextFileSync(file);
    const found = text.matchAll(/\b(import type\b[^;"]*|from\s+|import\s*\(?\s*)"(\.[^"]+\.ts)"/g);
    return [...found].map(([, how, path]) => ({
      from: nameOf(file),
      to: nameOf(join(file, "..", path)),
      isType: how.startsWith("import type"),
    }));
  });
}

function roomOf(path: string): string {
  return path.split("/")[0];
}

function isAllowed({ from, to }: Import): boolean {
  const [source, target] = [roomOf(from), roomOf(to)];
  if (source === target) return true;
  if (Object.hasOwn(BESIDE, target)) {
    return BESIDE[target].importers.includes(from) || BESIDE[source]?.imports.includes(target) === true;
  }
  if (Object.hasOwn(BESIDE, source)) return BESIDE[source].imports.includes(target);
  const layer = (room: string) => LAYERS.findIndex((it) => it.includes(room));
  if (layer(source) === layer(target)) return layer(source) === LAYERS.length - 1;
  return layer(source) !== -1 && layer(source) < layer(target);
}

function shown({ from, to }: Import): string {
  return `${from} -> ${to}`;
}

/** @returns A module that imports itself indirectly, with the path. */
function cycle(imports: readonly Import[]): string[] | null {
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]): string[] | null => {
    if (path.includes(module)) return [...path.slice(path.indexOf(module)), module];
    if (done.has(module)) return null;
    for (const { to } of imports.filter((it) => it.from === module)) {
      const found = visit(to, [...path, module]);
      if (found !== null) return found;
    }
    done.add(module);
    return null;
  };
  for (const { from } of imports) {
    const found = visit(from, []);
    if (found !== null) return found;
  }
  return null;
}

describe("the modules of src", () => {
  const imports = allImports();

  it("import only downward", () => {
    assertEquals(imports.filter((it) => !isAllowed(it)).map(shown), []);
  });

  it("have no cycles", () => assertEquals(cycle(imports.filter((it) => !it.isType)), null));

  it("leave what depends on the system to src/system and few others", () => {
    const found = [...filesIn(ROOT)].filter((it) => SYSTEM.test(Deno.readTextFileSync(it))).map(nameOf);
    assertEquals(found.filter((it) => roomOf(it) !== "system").sort(), SYSTEM_FILES);
  });

  it("are all read by this test", () => assertEquals(imports.length > 100, true));
});

describe("the tests that run on every system", () => {
  const files = [...filesIn(fromFileUrl(new URL(".", import.meta.url)))]
    .filter((it) => it.endsWith("_test.ts") && !it.endsWith("_system_test.ts") && !it.endsWith("architecture_test.ts"));
  const using = (words: RegExp) => files.filter((it) => words.test(Deno.readTextFileSync(it)));

  it("use nothing that some system lacks", () => assertEquals(using(NOT_PORTABLE), []));

  it("use modes, links and signals only in cases for systems that have them", () => {
    const defined = using(/\bitOnUnix\(/);
    assertEquals(using(UNIX).filter((it) => !defined.includes(it)), []);
  });
});
