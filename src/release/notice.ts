/**
 * The notice that there is a newer version. A command that sends requests anyway also looks for the latest version, at
 * most once a day. It never waits for the result: if that hasn't arrived when the command ends, a command an hour later
 * looks again.
 *
 * @module
 */
import { VERSION } from "../build_info.ts";
import type { Context } from "../context.ts";
import { latestVersion } from "./download.ts";
import { homebrewCommand, type ReleaseSource } from "./source.ts";
import { isNewer } from "./version.ts";

const HOUR = 60 * 60 * 1000;
/** How long looking for the latest version may take, in milliseconds. */
const DEADLINE = 10_000;

/** A newer version than the running one. */
export interface NewVersion {
  readonly version: string;
  readonly current: string;
  /** Homebrew's command, if Homebrew installed the program. */
  readonly command: string | null;
}

/** A notice that may be shown when the command ends. */
export interface VersionNotice {
  /** Returns the newer version if one was found, and postpones the next check to the next day. */
  take(): NewVersion | null;
  /** For tests: resolves when the result has arrived. */
  readonly settled: Promise<void>;
}

/**
 * Looks for the latest version.
 *
 * @param caCerts Certificate authorities to trust beside the system's, in PEM form.
 * @param executable The program's path.
 * @param file Where the time of the next check is saved.
 * @returns `null` if the file can't be written: each command would look for the latest version.
 */
export function beginNotice(
  context: Context,
  releases: ReleaseSource,
  caCerts: readonly string[],
  executable: string,
  file: string,
): VersionNotice | null {
  const postpone = (hours: number) => save(file, context.now().getTime() + hours * HOUR);
  if (!postpone(1)) return null;
  let latest: string | null = null;
  const looking = latestVersion(context, releases, { caCerts, deadline: DEADLINE });
  return {
    settled: looking.then((it) => void (latest = it)).catch(() => {}),
    take() {
      if (latest === null || !postpone(24) || !isNewer(latest, VERSION)) return null;
      return { version: latest, current: VERSION, command: homebrewCommand(executable) };
    },
  };
}

/** Returns whether the file was written. */
function save(file: string, next: number): boolean {
  try {
    Deno.writeTextFileSync(file, `${JSON.stringify({ next })}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
