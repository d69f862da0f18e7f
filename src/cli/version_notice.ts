import type { Context } from "../context.ts";
import { newVersionText } from "../output/upgrade.ts";
import { homeFolder, pathFrom } from "../paths.ts";
import type { VersionNotice } from "../release/notice.ts";
import { RELEASES, type ReleaseSource } from "../release/source.ts";
import type { Arguments } from "./arguments.ts";

const MEMORY_FILE = "version-check.json";

/** Commands whose output other programs read, or that are about versions themselves. */
const SILENT: readonly string[] = ["auth exec", "auth token", "platform", "upgrade", "completions"];

/** A later next check comes from a wrong clock. In milliseconds. */
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
  const begin = async (caCerts: readonly string[]) => {
    const file = memoryFile(context);
    if (file === null || !isDue(file, context.now())) return;
    const { beginNotice } = await import("../release/notice.ts");
    notice = beginNotice(context, releases, caCerts, Deno.execPath(), file);
  };
  const fetch: Context["fetch"] = (request, connection) => {
    const response = context.fetch(request, connection);
    // A check that fails must not disturb the command.
    if (isFirst) begin(connection.caCerts).catch(() => {});
    isFirst = false;
    return response;
  };
  return {
    // Not a copy: that would call the context's getters.
    context: Object.create(context, { fetch: { value: fetch, enumerable: true } }),
    end(exitCode) {
      const found = exitCode === 0 ? notice?.take() ?? null : null;
      if (found !== null) context.stderr.write(`\n${newVersionText(found)}`);
    },
  };
}

/** Finds the file with the time of the next check. Only here: loading `credentials/` would take longer than the rest. */
function memoryFile(context: Context): string | null {
  const variable = context.env("FLUXLOOP_HOME") || undefined;
  const home = homeFolder(context);
  if (variable !== undefined) return `${pathFrom(context, variable, "FLUXLOOP_HOME")}/${MEMORY_FILE}`;
  return home === undefined ? null : `${home}/.fluxloop/${MEMORY_FILE}`;
}

function isDue(file: string, now: Date): boolean {
  try {
    const remaining = JSON.parse(Deno.readTextFileSync(file)).next - now.getTime();
    return !(remaining > 0 && remaining <= DAY);
  } catch {
    return true;
  }
}
