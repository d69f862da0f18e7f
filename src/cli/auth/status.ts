/**
 * `fluxloop auth status` (seed: "fluxloop auth status"; design: "status").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { StatusReport } from "../../auth/check_status.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { parseSpan } from "../span.ts";
import { printable } from "../../text/printable.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { withKeyVariables } from "./key_variables.ts";

interface StatusFlags extends GlobalOptions {
  readonly apiKey?: string;
  readonly all?: boolean;
  readonly failIfExpiresIn?: string;
}

/** @param context The outside world. */
export function statusCommand(context: Context) {
  const command = new Command()
    .description(
      "Display current authentication status.\n\n" +
        "Asks the platform who the key belongs to, when it expires and what it may do. When the platform cannot be\n" +
        "reached, what was saved at the last login is shown, marked as not verified, and the exit code is 4.",
    )
    .option("--api-key <key:string>", "API key to check instead of the one that commands would use.")
    .option("--all", "Check every saved profile; the exit code is the worst one's.", { conflicts: ["api-key"] })
    .option(
      "--fail-if-expires-in <span:string>",
      "Exit with 3 when the key expires within the span, such as 7d or 12h.",
    )
    .option("--json", "Output in JSON format.")
    .example("Check authentication status", "fluxloop auth status")
    .example("Check specific profile", "fluxloop auth status --profile production")
    .example("Get status in JSON format", "fluxloop auth status --json")
    .example("In a daily job", "fluxloop auth status --quiet --fail-if-expires-in 7d")
    .action((options) => status(context, options as StatusFlags));
  return withKeyVariables(command);
}

async function status(context: Context, options: StatusFlags): Promise<void> {
  const {
    checkAllStatuses,
    checkStatus,
    failIfExpiring,
    looseFileWarning,
    profileOverrideWarning,
    statusJson,
    statusText,
    unfinishedWarning,
  } = await import("./work.ts");
  if (options.all && options.profile !== undefined) throw new UsageError("--all and --profile exclude each other");
  const console = consoleFor(context, options);
  const now = context.now();
  const within = options.failIfExpiresIn === undefined
    ? null
    : parseSpan(options.failIfExpiresIn, "--fail-if-expires-in");
  const judged = (report: StatusReport) => within === null ? report : failIfExpiring(report, within, now);

  const reports = options.all
    ? (await checkAllStatuses(context, options, console.requests)).map(judged)
    : [judged(await checkStatus(context, options, console.requests))];

  console.result(
    () => reports.map((it) => statusText(it, now)).filter((it) => it !== "").join("\n"),
    () => options.all ? { profiles: reports.map((it) => statusJson(it, now)) } : statusJson(reports[0], now),
  );
  // All profiles are in one file.
  const loose = reports.find(({ key }) => key !== null && key.looseFile !== null)?.key?.looseFile ?? null;
  if (loose !== null) console.warn(looseFileWarning(loose));
  for (const { profile, key, failure } of reports) {
    if (key !== null && key.overridden !== null) {
      console.warn(profileOverrideWarning(key.origin, key.overridden));
    }
    if (key !== null && key.isRotating && profile !== null) console.warn(unfinishedWarning(profile));
    if (failure === null || options.json) continue;
    const whose = options.all ? `Profile ${printable(profile ?? "")}:\n` : "";
    if (whose !== "") context.stderr.write(whose);
    console.failure(failure);
  }
  const worst = Math.max(...reports.map((it) => it.failure?.exitCode ?? 0));
  if (worst > 0) throw new ReportedFailure(worst);
}
