/**
 * The notice that there is a newer version. A command that sends requests anyway also looks for the latest version, at
 * most once a day, and saves it in a small file. It never waits for the result: what hasn't arrived when the command ends
 * is dropped.
 *
 * @module
 */
import { join } from "@std/path";
import { VERSION } from "../build_info.ts";
import type { Context } from "../context.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { homebrewCommand, MEMORY_FILE, type ReleaseSource } from "./source.ts";
import { isNewer, isVersion } from "./version.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** How long looking for the latest version may take, in milliseconds. */
const DEADLINE = 10_000;

/** The file's content, with times in milliseconds since 1970. */
interface Memory {
  /** When the latest version was last requested, and when it was last received. */
  readonly asked: number;
  readonly answered: number;
  /** When a notice was last shown. */
  readonly shown: number;
  readonly latest: string | null;
}

/** A newer version than the running one. */
export interface NewVersion {
  readonly version: string;
  readonly current: string;
  /** Homebrew's command, if Homebrew installed the program. */
  readonly command: string | null;
}

/** A notice that may be shown when the command ends. */
export interface VersionNotice {
  /** Stops looking for the latest version. */
  drop(): void;
  /** Returns the notice, if one is due, and records that it was shown. */
  take(): NewVersion | null;
  /** For tests: resolves when the result has arrived. */
  readonly settled: Promise<void>;
}

/**
 * Reads what is known about the latest version, and looks for it if that is a day old, or an hour if it didn't arrive.
 *
 * @param caCerts Certificate authorities to trust beside the system's, in PEM form.
 * @param executable The program's path.
 * @returns `null` if there is no folder for the file.
 */
export function beginNotice(
  context: Context,
  releases: ReleaseSource,
  caCerts: readonly string[],
  executable: string,
): VersionNotice | null {
  const location = credentialsLocation(context);
  if (location === null) return null;
  const file = join(location.folder, MEMORY_FILE);
  const now = context.now().getTime();
  let memory = read(file, now);
  const save = (changes: Partial<Memory>) => {
    memory = { ...memory, ...changes };
    return write(file, memory);
  };

  const dropped = new AbortController();
  async function look(): Promise<void> {
    const { latestVersion } = await import("./download.ts");
    const options = { caCerts, deadline: DEADLINE, signal: dropped.signal };
    const latest = await latestVersion(context, releases, options);
    if (!dropped.signal.aborted) save({ latest, answered: now });
  }
  const isDue = now >= nextRequest(memory);
  // Without the file, each command would look for it.
  const settled = isDue && save({ asked: now }) ? look().catch(() => {}) : Promise.resolve();
  return {
    settled,
    drop: () => dropped.abort(),
    take() {
      const { latest, shown } = memory;
      if (latest === null || !isNewer(latest, VERSION) || now < shown + DAY) return null;
      const notice = { version: latest, current: VERSION, command: homebrewCommand(executable) };
      return save({ shown: now }) ? notice : null;
    },
  };
}

function nextRequest({ asked, answered }: Memory): number {
  return Math.max(asked + HOUR, answered + DAY);
}

/** When there may be something to request or to show again. */
function nextOf(memory: Memory): number {
  const { latest, shown } = memory;
  return Math.min(nextRequest(memory), latest !== null && isNewer(latest, VERSION) ? shown + DAY : Infinity);
}

/** Ignores times in the future: a clock that was once wrong must not turn off the notice for years. */
function read(file: string, now: number): Memory {
  let found: Record<string, unknown>;
  try {
    found = Object(JSON.parse(Deno.readTextFileSync(file)));
  } catch {
    found = {};
  }
  const time = (value: unknown) => typeof value === "number" && value <= now ? value : 0;
  const latest = typeof found.latest === "string" && isVersion(found.latest) ? found.latest : null;
  return { asked: time(found.asked), answered: time(found.answered), shown: time(found.shown), latest };
}

/** Replaces the file. @returns Whether that worked. */
function write(file: string, memory: Memory): boolean {
  const newFile = `${file}.${Deno.pid}`;
  try {
    const text = `${JSON.stringify({ ...memory, next: nextOf(memory) })}\n`;
    Deno.writeTextFileSync(newFile, text, { createNew: true, mode: 0o600 });
    Deno.renameSync(newFile, file);
    return true;
  } catch {
    try {
      Deno.removeSync(newFile);
    } catch {
      // It wasn't created.
    }
    return false;
  }
}
