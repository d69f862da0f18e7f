import type { Context } from "../context.ts";
import { upgradeText } from "../output/upgrade.ts";
import { homeFolder, pathFrom } from "../paths.ts";
import { RELEASES, type ReleaseSource } from "../release/source.ts";
import type { UpgradeResult } from "../release/upgrade.ts";
import type { Arguments } from "./arguments.ts";

/** Commands whose output other programs read, or that are about versions themselves. */
const SILENT: readonly string[] = ["auth exec", "auth token", "platform", "upgrade", "completions"];

const HOUR = 60 * 60 * 1000;
/** How long a check may take, in milliseconds. */
const DEADLINE = 10_000;

/** A check for a new version that runs during a command. */
export interface NoticeWatch {
  /** The context for the command. */
  readonly context: Context;
  /** Shows a notice if a new version was found and the command succeeded. */
  end(exitCode: number): void;
}

/**
 * Checks for a new version while a command makes its own requests: on a terminal, and at most once a day. The command never
 * waits for the result; if the command ends first, a command an hour later checks again.
 *
 * @param path The program's path.
 * @returns `null` if no notice may be shown.
 */
export function watchForNewVersion(
  context: Context,
  args: Arguments,
  releases: ReleaseSource = RELEASES,
  path = Deno.execPath(),
): NoticeWatch | null {
  // Without a public key, the program can't be upgraded.
  if (releases.publicKey === null || !context.stderr.isTerminal() || !context.stdout.isTerminal()) return null;
  if (context.env("CI") || context.env("FLUXLOOP_NO_UPDATE_CHECK")) return null;
  if (args.isJson || args.isQuiet) return null;
  const words = args.words.join(" ");
  if (SILENT.some((it) => `${words} `.startsWith(`${it} `))) return null;

  let found: UpgradeResult | null = null;
  let isFirst = true;
  const check = async (caCerts: readonly string[]) => {
    if (!isDue(context) || !postpone(context, 1)) return;
    const { upgrade } = await import("../release/upgrade.ts");
    const installation = { path, target: Deno.build.target };
    found = await upgrade(context, installation, releases, { checkOnly: true }, { caCerts, deadline: DEADLINE });
  };
  const fetch: Context["fetch"] = (request, connection) => {
    const response = context.fetch(request, connection);
    // A check that fails must not disturb the command.
    if (isFirst) check(connection.caCerts).catch(() => {});
    isFirst = false;
    return response;
  };
  return {
    // Not a copy: that would call the context's getters.
    context: Object.create(context, { fetch: { value: fetch, enumerable: true } }),
    end(exitCode) {
      if (exitCode === 0 && found !== null && postpone(context, 24) && found.isNewer) {
        context.stderr.write(`\n${upgradeText(found)}`);
      }
    },
  };
}

/** Returns the file with the time of the next check. Loading `credentials/` for it would take longer than the rest. */
function stateFile(context: Context): string {
  const variable = context.env("FLUXLOOP_HOME")?.trim() || undefined;
  const home = homeFolder(context);
  if (variable === undefined && home === undefined) throw new Error("There is no folder for fluxloop's files");
  const folder = variable === undefined ? `${home}/.fluxloop` : pathFrom(context, variable, "FLUXLOOP_HOME");
  return `${folder}/version-check.json`;
}

function isDue(context: Context): boolean {
  try {
    const remaining = JSON.parse(Deno.readTextFileSync(stateFile(context))).next - context.now().getTime();
    // A later time comes from a wrong clock.
    return !(remaining > 0 && remaining <= 24 * HOUR);
  } catch {
    return true;
  }
}

/** Saves the time of the next check. @returns Whether that succeeded: otherwise each command would check for a version. */
function postpone(context: Context, hours: number): boolean {
  try {
    const state = JSON.stringify({ next: context.now().getTime() + hours * HOUR });
    Deno.writeTextFileSync(stateFile(context), `${state}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
