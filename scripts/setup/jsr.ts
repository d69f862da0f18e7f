/**
 * Downloads packages from JSR, or from the mirror in `JSR_URL`. Deno itself does it, with its proxies and certificates.
 *
 * @module
 */

export interface Fetching {
  /** A folder with a `deno.json`, whose vendor folder is filled. */
  readonly folder: string;
  /** The modules and npm packages to download, with all that they import. */
  readonly modules: readonly string[];
  /** The lock file to write, or with `isFrozen`, to check against. */
  readonly lock: string;
  readonly isFrozen: boolean;
  /** Overrides variables of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** How long Deno may make no progress, in milliseconds. */
  readonly patience: number;
}

/** JSR can't be reached, or its responses aren't packages. */
export class JsrOutOfReach extends Error {}

/** Deno's exit code when a file of JSR isn't the one that was published or locked. */
const INTEGRITY_FAILURE = 10;

/**
 * Downloads everything again, without Deno's cache, so that hashes are checked and versions are the newest.
 *
 * @returns The version of each package.
 * @throws {JsrOutOfReach} When another source may stand in.
 * @throws {Error} When none may: the packages were altered, or aren't those of the lock file.
 */
export async function fetchFromJsr(fetching: Fetching): Promise<Record<string, string>> {
  const { folder, modules, lock, isFrozen, env, patience } = fetching;
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["cache", "--reload", "--config", `${folder}/deno.json`],
      ...[`--lock=${lock}`, `--frozen=${isFrozen}`, ...modules],
    ],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();

  // Deno prints a line for each file that it requests.
  let isSilent = false;
  const waitOn = () => setTimeout(() => (isSilent = true, stop(process)), patience);
  let timer = waitOn();
  let output = "";
  for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
    clearTimeout(timer);
    timer = waitOn();
    output += text;
  }
  clearTimeout(timer);

  const { success, code } = await process.status;
  if (success) return versionsIn(lock);
  if (isSilent) throw new JsrOutOfReach(`no response for ${patience / 1000} seconds`);
  const [, altered] = /^ {2}(?:Package|Specifier): (\S+)$/m.exec(output) ??
    /checksum did not match .* for (\S+)\.$/m.exec(output) ?? [];
  if (code === INTEGRITY_FAILURE || altered !== undefined) {
    throw new Error(
      `Integrity check failed: ${altered ?? "a package"} isn't what was ${isFrozen ? "locked" : "published"}. ` +
        "Find out whether a proxy, a mirror or a captive portal alters downloads, then run `deno task setup` again.",
    );
  }
  if (/lockfile is out of date/.test(output)) {
    throw new Error(`${lock} doesn't fit the imports of deno.json. Run \`deno task lock\` and commit the result.`);
  }
  const [, reason] = /(Import '.*?)\.?$/m.exec(output) ?? /^error: (.*?)\.?$/m.exec(output) ?? [];
  throw new JsrOutOfReach(reason ?? `\`deno cache\` exited with code ${code}`);
}

/** @returns The versions of the JSR packages in a lock file, by the packages' names. */
function versionsIn(lock: string): Record<string, string> {
  const { specifiers } = JSON.parse(Deno.readTextFileSync(lock)) as { specifiers: Record<string, string> };
  return Object.fromEntries(
    Object.entries(specifiers).flatMap(([specifier, version]) => {
      const name = /^jsr:(@[^@]+)@/.exec(specifier)?.[1];
      return name === undefined ? [] : [[name, version]];
    }),
  );
}

function stop(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has already exited.
  }
}
