import type { Context } from "../context.ts";
import { newVersionText } from "../output/upgrade.ts";
import { homeFolder, pathFrom } from "../paths.ts";
import type { VersionNotice } from "../release/notice.ts";
import { MEMORY_FILE, RELEASES, type ReleaseSource } from "../release/source.ts";
import type { Arguments } from "./arguments.ts";

/** Commands whose output other programs read, or that are about versions themselves. */
const SILENT: readonly string[] = ["auth exec", "auth token", "platform", "upgrade", "completions"];

/** The longest time for which the file may turn off the check, in milliseconds: clocks may be wrong. */
const DAY = 24 * 60 * 60 * 1000;

/** A command during which a new version is looked for. */
export interface NoticeWatch {
  /** The context for the command. */
  readonly context: Context;
  /** Ends the watch: shows a notice if there is one and the command succeeded. */
  end(exitCode: number): void;
}

/**
 * Looks for a new version while a command makes its own requests: on a terminal, and at most once a day.
 *
 * @returns `null` if no notice may be shown.
 */
export function watchForNewVersion(
  context: Context,
  args: Arguments,
  releases: ReleaseSource = RELEASES,
): NoticeWatch | null {
  // Without a public key, the program can't be upgraded.
  if (releases.publicKey === null || !context.stderr.isTerminal() || !context.stdout.isTerminal()) return null;
  if (context.env("CI") || context.env("FLUXLOOP_NO_UPDATE_CHECK")) return null;
  if (args.isJson || args.isQuiet) return null;
  const words = args.words.join(" ");
  if (SILENT.some((it) => `${words} `.startsWith(`${it} `))) return null;

  let notice: VersionNotice | null = null;
  let isFirst = true;
  const fetch: Context["fetch"] = (request, connection) => {
    const response = context.fetch(request, connection);
    if (isFirst && isDue(context)) {
      import("../release/notice.ts").then(({ beginNotice }) => {
        notice = beginNotice(context, releases, connection.caCerts, Deno.execPath());
      }).catch(() => {});
    }
    isFirst = false;
    return response;
  };
  return {
    // Not a copy: that would call the context's getters.
    context: Object.create(context, { fetch: { value: fetch, enumerable: true } }),
    end(exitCode) {
      notice?.drop();
      const found = exitCode === 0 ? notice?.take() ?? null : null;
      if (found !== null) context.stderr.write(`\n${newVersionText(found)}`);
    },
  };
}

/**
 * Tells whether a check or a notice may be due, by one number in the file that `release/notice.ts` keeps. Loading that
 * module would take longer than the rest, and it is rarely needed.
 */
function isDue(context: Context): boolean {
  const home = homeFolder(context);
  const variable = context.env("FLUXLOOP_HOME") || undefined;
  if (variable === undefined && home === undefined) return false;
  try {
    const folder = variable === undefined ? `${home}/.fluxloop` : pathFrom(context, variable, "FLUXLOOP_HOME");
    const remaining = JSON.parse(Deno.readTextFileSync(`${folder}/${MEMORY_FILE}`)).next - context.now().getTime();
    return !(remaining > 0 && remaining <= DAY);
  } catch {
    return true;
  }
}
