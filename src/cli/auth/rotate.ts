/**
 * `fluxloop auth rotate` (seed: "Rotate keys regularly"; design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { RotationReport } from "../../auth/rotate_model.ts";
import { type Console, consoleFor, type GlobalOptions } from "../console.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { parseLifetime, parseSpan } from "../span.ts";

interface RotateFlags extends GlobalOptions {
  readonly expires?: string;
  readonly keepOld?: string;
  readonly all?: boolean;
  readonly save: boolean;
}

/** @param context The outside world. */
export function rotateCommand(context: Context) {
  return new Command()
    .description(
      "Give a profile a new key like its old one: made, verified and saved, then the old one is revoked.\n\n" +
        "Whenever it is broken off, the profile has a key that works; running it again finishes what was begun. Other\n" +
        "profiles here that have the same key get the new one, too. For keys that other machines share there is\n" +
        "--keep-old. Keys that the old one has made work on, and are not the new one's to manage.",
    )
    .option(
      "--expires <span:string>",
      "When the new key ends, such as 30d, 90d, 1y or never. (Default: as the old one)",
    )
    .option("--keep-old <span:string>", "Let the old key work on for a while, such as 24h or 7d.")
    .option("--all", "Rotate the key of every saved profile; the exit code is the worst one's.")
    .option("--no-save", "Show the new key, once, and leave all as it is: the old key works on.")
    .option("--json", "Write the result as JSON.")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile to rotate when --profile is not given.")
    .env("FLUXLOOP_API_URL=<url:string>", "Platform to use when --api-url is not given.")
    .env("FLUXLOOP_TIMEOUT=<seconds:string>", "Longest time for a request when --timeout is not given.")
    .env("FLUXLOOP_CA_FILE=<path:string>", "Certificate authorities when --ca-file is not given.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("Replace the key of the profile in use", "fluxloop auth rotate")
    .example("Every 90 days, all profiles, in a job", "fluxloop auth rotate --all --quiet")
    .example("Leave other machines a day to get the new one", "fluxloop auth rotate --keep-old 24h")
    .example("Into a CI system's secrets", "fluxloop auth rotate --no-save --quiet | gh secret set FLUXLOOP_API_KEY")
    .action((options) => rotate(context, options as RotateFlags));
}

async function rotate(context: Context, options: RotateFlags): Promise<void> {
  checkOptions(options);
  const { forgetShownKey, leftOverWarning, overrideWarning, rotateKeys, rotationJson } = await import(
    "./rotate_work.ts"
  );
  const console = consoleFor(context, options);
  const { profile, apiUrl, all = false, save, expires, keepOld } = options;
  const expiresIn = expires === undefined ? undefined : parseLifetime(expires, "--expires");

  const wanted = { profile, apiUrl, all, save, expiresIn, keepOld: spanOf(keepOld) };
  const { reports, overriddenBy } = await rotateKeys(context, wanted, console.requests);

  const [first] = reports;
  if (options.json) console.data(() => "", () => all ? { profiles: reports.map(rotationJson) } : rotationJson(first));
  else if (all) await tellAll(context, console, reports);
  else await tellOne(context, options, console, first);
  if (first.key !== null) forgetShownKey(context, first.profile);
  for (const report of reports) if (report.leftOver.length > 0) console.warn(leftOverWarning(report));
  if (save && overriddenBy !== null) console.warn(overrideWarning(overriddenBy));
  const worst = Math.max(...reports.map((it) => it.failure?.exitCode ?? 0));
  if (worst > 0) throw new ReportedFailure(worst);
}

function checkOptions({ all, profile, save, keepOld }: RotateFlags): void {
  if (all && profile !== undefined) throw new UsageError("--all and --profile exclude each other");
  if (all && !save) throw new UsageError("--no-save shows one key; it does not go with --all");
  if (keepOld !== undefined && !save) {
    throw new UsageError("--no-save leaves the old key as it is; --keep-old is for one that is replaced");
  }
}

function spanOf(keepOld: string | undefined): number | undefined {
  if (keepOld === undefined) return undefined;
  const span = parseSpan(keepOld, "--keep-old");
  if (span === 0) throw new UsageError("--keep-old takes a span of time; without it the old key is revoked at once");
  return span;
}

async function tellOne(context: Context, options: RotateFlags, console: Console, report: RotationReport) {
  const { leftText, rotationText, shownText, stillValidText } = await import("./rotate_work.ts");
  if (report.key !== null) {
    // The key is alone on standard output.
    if (!options.quiet) context.stderr.write(shownText(report));
    context.stdout.write(`${report.key}\n`);
    if (!options.quiet) context.stderr.write(stillValidText(report));
    return;
  }
  console.result(() => rotationText(report, context.now()), () => null);
  if (report.failure === null) return;
  console.failure(report.failure);
  context.stderr.write(leftText(report));
}

async function tellAll(context: Context, console: Console, reports: readonly RotationReport[]) {
  const { rotationLine } = await import("./rotate_work.ts");
  for (const report of reports) {
    if (report.failure === null) console.result(() => rotationLine(report), () => null);
    else context.stderr.write(rotationLine(report));
  }
}
