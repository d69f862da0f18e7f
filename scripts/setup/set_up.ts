/**
 * Fills the vendor folder with the JSR packages in deno.json: from JSR or its mirror, or if that can't be reached, from a
 * fallback.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fetchFromJsr, JsrUnavailable } from "./jsr.ts";
import { LOCK, readLock } from "./lock.ts";
import { lastTried, type Marker, noteTried, readMarker, replaceVendorFolder, type Source } from "./vendor_folder.ts";

/** Another source of the packages, for when JSR can't be reached. */
export interface Fallback {
  /** Changes when its packages change. */
  readonly version: string;
  /**
   * Writes the packages in a vendor folder's layout.
   *
   * @param folder The registry's folder, which doesn't exist yet.
   * @param scratch An existing folder for temporary files.
   * @returns The version of each package.
   */
  fill(folder: string, scratch: string): Promise<Record<string, string>>;
}

export interface SetupOptions {
  /** The project's folder. */
  readonly root: string;
  /** The imports in deno.json. */
  readonly imports: Readonly<Record<string, string>>;
  /** The specifiers of the JSR modules that the project uses. */
  readonly modules: readonly string[];
  /** The specifiers of the npm packages, which the lock file also has. */
  readonly npmPackages: readonly string[];
  readonly fallback: Fallback;
  /** The environment, in which `JSR_URL` may be the URL of a mirror. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether to download the packages again. */
  readonly refresh?: boolean;
  /** How long a download may make no progress, in milliseconds; 30,000 by default. */
  readonly timeout?: number;
  /** Prints a message for the user. */
  readonly log: (text: string) => void;
}

const JSR_HOST = "jsr.io";
const DAY = 24 * 60 * 60 * 1000;
const REFRESH = "`deno task setup --refresh`";

/**
 * Fills the vendor folder unless it is up to date. If it has the fallback's packages, JSR is tried again after a day.
 *
 * @throws {Error} With a message for the user, if the packages can't be downloaded or were altered.
 */
export async function setUp(options: SetupOptions): Promise<void> {
  const { root, fallback, env, refresh = false, log } = options;
  const vendor = `${root}/vendor`;
  const registry = env.JSR_URL ?? `https://${JSR_HOST}/`;
  const lock = readLock(root);
  const wanted = (source: Source) =>
    hash([registry, options.modules, source === "jsr" ? [options.imports, lock] : fallback.version]);
  const current = () => {
    const marker = readMarker(vendor);
    return marker !== undefined && marker.wanted === wanted(marker.source) ? marker : undefined;
  };

  const before = current();
  if (before !== undefined && !refresh && (before.source === "jsr" || isRecent(lastTried(vendor)))) return;

  await Deno.mkdir(`${root}/.cache`, { recursive: true });
  const work = await Deno.makeTempDir({ dir: `${root}/.cache`, prefix: "vendor-" });
  try {
    const install = (source: Source, filled: string, packages: Record<string, string>) => {
      // A concurrent setup may have been faster, and a task may already use its folder.
      if (before === undefined && current() !== undefined) return;
      const marker: Marker = { source, registry, packages, wanted: wanted(source) };
      replaceVendorFolder(vendor, filled, marker, `${work}/old`);
    };
    try {
      install("jsr", `${work}/vendor`, await fetchBeside(work, options, lock === undefined ? "none" : "check"));
      return log(`Downloaded the JSR packages from ${registry} to vendor/.`);
    } catch (error) {
      if (!(error instanceof JsrUnavailable)) throw error;
      const failure = `Can't download packages from ${registry} (${error.message}).`;
      if (before !== undefined) {
        if (refresh) throw new Error(`${failure} vendor/ still has those from ${before.source}.`);
        noteTried(vendor);
        return log(`${failure} Still using the builds from npm. To try JSR again before tomorrow, run ${REFRESH}.`);
      }
      try {
        const filled = `${work}/fallback`;
        install("npm", filled, await fallback.fill(`${filled}/${registryFolder(registry)}`, work));
      } catch (error) {
        const reason = `The builds on npm can't be used either (${messageOf(error)}).`;
        throw new Error(`${failure} ${reason} Allow access to one of them, or set JSR_URL to a mirror.`, {
          cause: error,
        });
      }
      log(`${failure} Using pinned builds from npm instead. To try JSR again before tomorrow, run ${REFRESH}.`);
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/**
 * Writes the release lock file with the latest versions of all packages.
 *
 * @throws {Error} With a message for the user, if JSR can't be reached.
 */
export async function writeLock(options: SetupOptions): Promise<void> {
  const { root } = options;
  await Deno.mkdir(`${root}/.cache`, { recursive: true });
  const work = await Deno.makeTempDir({ dir: `${root}/.cache`, prefix: "lock-" });
  try {
    await fetchBeside(work, options, "write");
    await Deno.mkdir(`${root}/release`, { recursive: true });
    await Deno.rename(`${work}/deno.lock`, `${root}/${LOCK}`);
    options.log(`Wrote ${LOCK}.`);
  } catch (error) {
    if (!(error instanceof JsrUnavailable)) throw error;
    throw new Error(`Can't write ${LOCK}: can't download packages from JSR (${error.message}).`, { cause: error });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

function fetchBeside(
  work: string,
  options: SetupOptions,
  lockUse: "none" | "write" | "check",
): Promise<Record<string, string>> {
  const { root, imports, modules: jsrModules, npmPackages, env, timeout = 30_000 } = options;
  // All imports, because the lock file lists them.
  Deno.writeTextFileSync(`${work}/deno.json`, JSON.stringify({ imports, vendor: true, nodeModulesDir: "none" }));
  const isFrozen = lockUse === "check";
  const lock = isFrozen ? `${root}/${LOCK}` : `${work}/deno.lock`;
  // Listed explicitly, because Deno doesn't check cached npm packages against the lock file otherwise.
  const modules = lockUse === "none" ? jsrModules : [...jsrModules, ...npmPackages];
  return fetchFromJsr({ folder: work, modules, lock, isFrozen, env, timeout });
}

/** @returns The folder in the vendor folder where Deno looks for this registry's packages. */
function registryFolder(registry: string): string {
  const { protocol, hostname, port, pathname } = new URL(registry);
  const host = `${protocol === "http:" ? "http_" : ""}${hostname}${port && `_${port}`}`;
  const parts = [host, ...pathname.split("/").filter((it) => it !== "")];
  // For other names, Deno uses a hash as the folder's name.
  if (parts.some((it) => it.length > 30 || it !== it.toLowerCase())) throw new Error("the address is too long");
  return parts.join("/");
}

function isRecent(time: number): boolean {
  return Math.abs(Date.now() - time) < DAY;
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
