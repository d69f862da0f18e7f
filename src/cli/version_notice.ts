/**
 * Whether and when people are told of a new version: at a terminal, beside a command that makes requests anyway, once a day
 * at most. A command that makes none does not even load what it takes.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { homeFolder, pathFrom } from "../paths.ts";
import { newVersionText } from "../output/upgrade.ts";
import { MEMORY_FILE, RELEASES, type ReleaseSource } from "../release/public_key.ts";
import type { Arguments } from "./arguments.ts";
import type { VersionNotice } from "../release/notice.ts";

/** Commands that stand aside for another program, are read by one, or are about versions themselves. */
const SILENT: readonly string[] = ["auth exec", "auth token", "platform", "upgrade", "completions"];

/** The longest time for which the file may say that there is nothing to do, in milliseconds: clocks may be wrong. */
const DAY = 24 * 60 * 60 * 1000;

/** A command that is being watched. */
export interface NoticeWatch {
  /** The world for the command. */
  readonly context: Context;
  /** Ends the watch: shows the notice where one is due and the command went well. */
  end(exitCode: number): void;
}

/**
 * @param context The outside world.
 * @param args What is known of the program's arguments.
 * @param releases Where releases come from.
 * @returns The watch; `null` where nobody is to be told anything.
 */
export function watchForNewVersion(
  context: Context,
  args: Arguments,
  releases: ReleaseSource = RELEASES,
): NoticeWatch | null {
  // A build without a key is none that could be upgraded.
  if (releases.publicKey === null || !context.stderr.isTerminal() || !context.stdout.isTerminal()) return null;
  if (context.env("CI") || context.env("FLUXLOOP_NO_UPDATE_CHECK")) return null;
  if (args.isJson || args.isQuiet) return null;
  const words = args.words.join(" ");
  if (SILENT.some((it) => `${words} `.startsWith(`${it} `))) return null;

  let notice: VersionNotice | null = null;
  let isBegun = false;
  const fetch: Context["fetch"] = (request, connection) => {
    const answer = context.fetch(request, connection);
    if (isBegun) return answer;
    isBegun = true;
    if (isAnythingDue(context)) {
      // While the command waits for its own answer.
      import("../release/notice.ts").then(({ beginNotice }) => {
        notice = beginNotice(context, releases, connection.caCerts, Deno.execPath());
      }).catch(() => {});
    }
    return answer;
  };
  return {
    // Not a copy: what is only made when it is asked for must not be asked for.
    context: Object.create(context, { fetch: { value: fetch, enumerable: true } }),
    end(exitCode) {
      notice?.drop();
      const found = exitCode === 0 ? notice?.take() ?? null : null;
      if (found !== null) context.stderr.write(`\n${newVersionText(found)}`);
    },
  };
}

/**
 * Most commands find that there is nothing to do, and to load what tells it would take longer than the rest. So the file
 * says so in one number; what comes of it goes by `release/notice.ts`, and so does where the file is, to the letter.
 */
function isAnythingDue(context: Context): boolean {
  const home = homeFolder(context);
  const variable = context.env("FLUXLOOP_HOME") || undefined;
  if (variable === undefined && home === undefined) return false;
  try {
    const folder = variable === undefined ? `${home}/.fluxloop` : pathFrom(context, variable, "FLUXLOOP_HOME");
    const text = Deno.readTextFileSync(`${folder}/${MEMORY_FILE}`);
    const left = JSON.parse(text).next - context.now().getTime();
    return !(left > 0 && left <= DAY);
  } catch {
    return true;
  }
}
