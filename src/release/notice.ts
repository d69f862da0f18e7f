/**
 * The notice that there is a newer version. What the releases' page said is kept in a small file; a command that makes
 * requests anyway looks at it, and asks the page beside its own requests. Nothing waits for that answer: one that is not
 * there when the command ends is dropped.
 *
 * @module
 */
import { join } from "@std/path";
import { VERSION } from "../build_info.ts";
import type { Context } from "../context.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { BREW_UPGRADE, isFromHomebrew } from "./installation.ts";
import { MEMORY_FILE, type ReleaseSource } from "./public_key.ts";
import { isNewer, isVersion } from "./version.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** How long the question may take, in milliseconds, where the command takes longer. */
const PATIENCE = 10_000;

/** What is kept, times in milliseconds since 1970. */
interface Memory {
  /** When the page was last asked, whether it answered or not. */
  readonly asked: number;
  readonly answered: number;
  /** When a notice was last shown. */
  readonly shown: number;
  /** The latest release, as far as is known. */
  readonly latest: string | null;
}

/** A newer version than the running one. */
export interface NewVersion {
  readonly version: string;
  readonly current: string;
  /** Homebrew's command, where Homebrew has installed it. */
  readonly command: string | null;
}

/** A question that may be under way, and the notice that may be due. */
export interface VersionNotice {
  /** Drops the question. */
  drop(): void;
  /** @returns What to show, which counts as shown from now on; `null` if there is nothing. */
  take(): NewVersion | null;
  /** Fulfilled when the question is answered, or was never asked; nothing but a test waits for it. */
  readonly settled: Promise<void>;
}

/**
 * Looks at what is known, and asks where that is a day old: an hour after a question that was dropped at the soonest.
 *
 * @param context The outside world; its environment tells the folder of the file, which must be there already.
 * @param releases Where releases come from.
 * @param caCerts Certificate authorities to trust beside the system's, in PEM form.
 * @param executable The program's path.
 * @returns The notice; `null` where nothing can be kept.
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
  const keep = (changed: Partial<Memory>) => {
    memory = { ...memory, ...changed };
    return write(file, { ...memory, next: nextOf(memory) });
  };

  const dropped = new AbortController();
  const settled = now >= nextQuestion(memory) && keep({ asked: now })
    ? ask(context, releases, caCerts, dropped.signal)
      .then((latest) => void (dropped.signal.aborted || keep({ latest, answered: now })), () => {})
    : Promise.resolve();
  return {
    settled,
    drop: () => dropped.abort(),
    take() {
      const { latest, shown } = memory;
      if (latest === null || !isNewer(latest, VERSION) || now < shown + DAY) return null;
      // What could not be kept would be shown with every command.
      const command = isFromHomebrew(executable) ? BREW_UPGRADE : null;
      return keep({ shown: now }) ? { version: latest, current: VERSION, command } : null;
    },
  };
}

function nextQuestion({ asked, answered }: Memory): number {
  return Math.max(answered + DAY, asked + HOUR);
}

/** @returns Before when there is neither anything to ask nor to show. */
function nextOf(memory: Memory): number {
  const { latest, shown } = memory;
  const isShown = latest !== null && isNewer(latest, VERSION);
  return Math.min(nextQuestion(memory), isShown ? shown + DAY : Infinity);
}

/** What asks is loaded on the day that it is needed. */
async function ask(
  context: Context,
  releases: ReleaseSource,
  caCerts: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { latestVersion } = await import("./latest.ts");
  return await latestVersion(context, releases, { caCerts, deadline: PATIENCE, signal });
}

const NOTHING: Memory = { asked: 0, answered: 0, shown: 0, latest: null };

/** A clock that was wrong must not silence the notice for years. */
function read(file: string, now: number): Memory {
  try {
    const found = JSON.parse(Deno.readTextFileSync(file)) as Record<string, unknown>;
    const time = (value: unknown) => typeof value === "number" && value <= now ? value : 0;
    const latest = typeof found.latest === "string" && isVersion(found.latest) ? found.latest : null;
    return { asked: time(found.asked), answered: time(found.answered), shown: time(found.shown), latest };
  } catch {
    return NOTHING;
  }
}

/**
 * Whole, or not at all; whether it survives a power cut is of no matter.
 *
 * @returns Whether it is kept.
 */
function write(file: string, memory: Memory & { readonly next: number }): boolean {
  const fresh = `${file}.${Deno.pid}`;
  try {
    Deno.writeTextFileSync(fresh, `${JSON.stringify(memory)}\n`, { createNew: true, mode: 0o600 });
    Deno.renameSync(fresh, file);
    return true;
  } catch {
    try {
      Deno.removeSync(fresh);
    } catch {
      // It was not made.
    }
    return false;
  }
}
