/**
 * Downloads packages from JSR, or from the mirror in `JSR_URL`. Deno does the download, so that its proxy and certificate
 * settings apply.
 *
 * @module
 */

export interface Fetching {
  /** A folder with a `deno.json`; the packages go to its vendor folder. */
  readonly folder: string;
  /** The modules and npm packages to download, with their dependencies. */
  readonly modules: readonly string[];
  /** The lock file to write or, with `isFrozen`, to check. */
  readonly lock: string;
  readonly isFrozen: boolean;
  /** Overrides variables of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** How long Deno may print nothing, in milliseconds. */
  readonly timeout: number;
}

/** JSR can't be reached, or its responses aren't packages. */
export class JsrUnavailable extends Error {}

/** Deno's exit code if a file differs from the published or locked one. */
const INTEGRITY_FAILURE = 10;

/**
 * Downloads everything without Deno's cache, so that hashes are checked and versions are the latest.
 *
 * @returns The version of each package.
 * @throws {JsrUnavailable} If JSR can't be used, so that a fallback is needed.
 * @throws {Error} If the packages were altered or differ from the lock file; a fallback must not be used.
 */
export async function fetchFromJsr(fetching: Fetching): Promise<Record<string, string>> {
  const { folder, modules, lock, isFrozen, env, timeout } = fetching;
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
  const startTimer = () => setTimeout(() => (isSilent = true, stop(process)), timeout);
  let timer = startTimer();
  let output = "";
  for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
    clearTimeout(timer);
    timer = startTimer();
    output += text;
  }
  clearTimeout(timer);

  const { success, code } = await process.status;
  if (success) return versionsIn(lock);
  if (isSilent) throw new JsrUnavailable(`no response for ${timeout / 1000} seconds`);
  const [, altered] = /^ {2}(?:Package|Specifier): (\S+)$/m.exec(output) ??
    /checksum did not match .* for (\S+)\.$/m.exec(output) ?? [];
  if (code === INTEGRITY_FAILURE || altered !== undefined) {
    throw new Error(
      `Integrity check failed: ${altered ?? "a package"} isn't what was ${isFrozen ? "locked" : "published"}. ` +
        "Check whether a proxy, a mirror or a captive portal alters downloads, then run `deno task setup` again.",
    );
  }
  if (/lockfile is out of date/.test(output)) {
    throw new Error(`${lock} doesn't match the imports in deno.json. Run \`deno task lock\` and commit the result.`);
  }
  const [, reason] = /(Import '.*?)\.?$/m.exec(output) ?? /^error: (.*?)\.?$/m.exec(output) ?? [];
  throw new JsrUnavailable(reason ?? `\`deno cache\` exited with code ${code}`);
}

/** @returns The versions of the JSR packages in a lock file, by package name. */
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
