/**
 * What `fluxloop auth status` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { parseSpan } from "../span.ts";
import { printable } from "../../text/printable.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { checkAllStatuses, checkStatus, failIfExpiring, type StatusReport } from "../../auth/check_status.ts";
import { unfinishedWarning } from "../../output/rotation.ts";
import { looseFileWarning, profileOverrideWarning } from "../../output/warnings.ts";
import { statusJson, statusText } from "../../output/status.ts";

/** The command's options. */
export interface StatusOptions extends JsonOptions {
  readonly apiKey?: string;
  readonly all?: boolean;
  readonly failIfExpiresIn?: string;
}

/** Runs the command. */
export async function runStatus(context: Context, options: StatusOptions): Promise<void> {
  if (options.all && options.profile !== undefined) throw new UsageError("--all can't be combined with --profile");
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);
  const now = context.now();
  const within = options.failIfExpiresIn === undefined
    ? null
    : parseSpan(options.failIfExpiresIn, "--fail-if-expires-in");
  const judged = (report: StatusReport) => within === null ? report : failIfExpiring(report, within, now);

  const reports = options.all
    ? (await checkAllStatuses(context, options, requests)).map(judged)
    : [judged(await checkStatus(context, options, requests))];

  reporter.result(
    () => reports.map((it) => statusText(it, now)).filter((it) => it !== "").join("\n"),
    () => options.all ? { profiles: reports.map((it) => statusJson(it, now)) } : statusJson(reports[0], now),
  );
  // All profiles are in one file.
  const loose = reports.find(({ key }) => key !== null && key.looseFile !== null)?.key?.looseFile ?? null;
  if (loose !== null) reporter.warn(looseFileWarning(loose));
  for (const { profile, key, failure } of reports) {
    if (key !== null && key.overridden !== null) {
      reporter.warn(profileOverrideWarning(key.origin, key.overridden));
    }
    if (key !== null && key.isRotating && profile !== null) reporter.warn(unfinishedWarning(profile));
    if (failure === null || options.json) continue;
    const whose = options.all ? `Profile ${printable(profile ?? "")}:\n` : "";
    if (whose !== "") context.stderr.write(whose);
    reporter.failure(failure);
  }
  const worst = Math.max(...reports.map((it) => it.failure?.exitCode ?? 0));
  if (worst > 0) throw new ReportedFailure(worst);
}
