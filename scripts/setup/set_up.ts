/**
 * Fills the vendor folder with the JSR packages of deno.json: from JSR or its mirror, or where that can't be reached,
 * from a stand-in.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fetchFromJsr, JsrOutOfReach } from "./jsr.ts";
import { LOCK, readLock } from "./lock.ts";
import { lastTried, type Marker, noteTried, readMarker, replaceVendorFolder, type Source } from "./vendor_folder.ts";

/** Another source of the packages, for when JSR can't be reached. */
export interface StandIn {
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
  /** deno.json's imports. */
  readonly imports: Readonly<Record<string, string>>;
  /** The modules of JSR packages that the project uses, as specifiers. */
  readonly modules: readonly string[];
  /** Its npm packages, as specifiers: the lock file has them too. */
  readonly npmPackages: readonly string[];
  readonly standIn: StandIn;
  /** The environment; `JSR_URL` is the URL of a mirror. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether to download the packages again. */
  readonly refresh?: boolean;
  /** How long a download may make no progress, in milliseconds; 30 seconds by default. */
  readonly patience?: number;
  /** Shows the user what was done. */
  readonly say: (text: string) => void;
}

const JSR_HOST = "jsr.io";
const DAY = 24 * 60 * 60 * 1000;
const REFRESH = "`deno task setup --refresh`";

/**
 * Fills the vendor folder unless it is up to date. Where it has the stand-in's packages, JSR is tried again after a day.
 *
 * @throws {Error} With a message for the user, when the packages can't be downloaded or were altered.
 */
export async function setUp(options: SetupOptions): Promise<void> {
  const { root, standIn, env, refresh = false, say } = options;
  const vendor = `${root}/vendor`;
  const registry = env.JSR_URL ?? `https://${JSR_HOST}/`;
  const lock = readLock(root);
  const wanted = (source: Source) =>
    hash([registry, options.modules, source === "jsr" ? [options.imports, lock] : standIn.version]);
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
      // Another set-up may have been faster, and a task may be using what it filled.
      if (before === undefined && current() !== undefined) return;
      const marker: Marker = { source, registry, packages, wanted: wanted(source) };
      replaceVendorFolder(vendor, filled, marker, `${work}/old`);
    };
    try {
      install("jsr", `${work}/vendor`, await fetchBeside(work, options, lock === undefined ? "none" : "obey"));
      return say(`Downloaded the JSR packages from ${registry} to vendor/.`);
    } catch (error) {
      if (!(error instanceof JsrOutOfReach)) throw error;
      const failure = `Can't download packages from ${registry} (${error.message}).`;
      if (before !== undefined) {
        if (refresh) throw new Error(`${failure} vendor/ still holds those from ${before.source}.`);
        noteTried(vendor);
        return say(`${failure} Still using the builds from npm. To try JSR again before tomorrow, run ${REFRESH}.`);
      }
      try {
        const filled = `${work}/stand-in`;
        install("npm", filled, await standIn.fill(`${filled}/${registryFolder(registry)}`, work));
      } catch (error) {
        const reason = `The builds on npm can't be used either (${messageOf(error)}).`;
        throw new Error(`${failure} ${reason} Get access to one of them, or set JSR_URL to a mirror.`, {
          cause: error,
        });
      }
      say(`${failure} Using pinned builds from npm instead. To try JSR again before tomorrow, run ${REFRESH}.`);
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/**
 * Writes the release lock file, with the newest versions of all packages.
 *
 * @throws {Error} With a message for the user, when JSR can't be reached.
 */
export async function writeLock(options: SetupOptions): Promise<void> {
  const { root } = options;
  await Deno.mkdir(`${root}/.cache`, { recursive: true });
  const work = await Deno.makeTempDir({ dir: `${root}/.cache`, prefix: "lock-" });
  try {
    await fetchBeside(work, options, "write");
    await Deno.mkdir(`${root}/release`, { recursive: true });
    await Deno.rename(`${work}/deno.lock`, `${root}/${LOCK}`);
    options.say(`Wrote ${LOCK}.`);
  } catch (error) {
    if (!(error instanceof JsrOutOfReach)) throw error;
    throw new Error(`Can't write ${LOCK}: can't download packages from JSR (${error.message}).`, { cause: error });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

function fetchBeside(
  work: string,
  options: SetupOptions,
  lockUse: "none" | "write" | "obey",
): Promise<Record<string, string>> {
  const { root, imports, modules: jsrModules, npmPackages, env, patience = 30_000 } = options;
  // With all imports, because the lock file lists them.
  Deno.writeTextFileSync(`${work}/deno.json`, JSON.stringify({ imports, vendor: true, nodeModulesDir: "none" }));
  const isFrozen = lockUse === "obey";
  const lock = isFrozen ? `${root}/${LOCK}` : `${work}/deno.lock`;
  // Deno may have npm packages in its cache already, which it doesn't compare with a lock file then.
  const modules = lockUse === "none" ? jsrModules : [...jsrModules, ...npmPackages];
  return fetchFromJsr({ folder: work, modules, lock, isFrozen, env, patience });
}

/** @returns The folder in the vendor folder where Deno looks for this registry's packages. */
function registryFolder(registry: string): string {
  const { protocol, hostname, port, pathname } = new URL(registry);
  const host = `${protocol === "http:" ? "http_" : ""}${hostname}${port && `_${port}`}`;
  const parts = [host, ...pathname.split("/").filter((it) => it !== "")];
  // Deno would use a hash as the folder's name.
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
