/**
 * What `fluxloop auth rotate` does.
 *
 * @module
 */
import { rotateKeys, type RotationReport } from "../../auth/rotate.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { orphanedKeysWarning, pendingText, rotationJson, rotationLine, rotationText } from "../../output/rotation.ts";
import { overrideWarning } from "../../output/warnings.ts";
import type { JsonOptions } from "../command.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { type Reporter, reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { parseLifetime, parseSpan } from "../span.ts";

/** The command's options. */
export interface RotateOptions extends JsonOptions {
  readonly expires?: string;
  readonly keepOld?: string;
  readonly all?: boolean;
}

/** Runs the command. */
export async function runRotate(context: Context, options: RotateOptions): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);
  if (options.all && options.profile !== undefined) throw new UsageError("--all can't be combined with --profile");
  const { profile, apiUrl, all = false, expires, keepOld } = options;
  const expiresIn = expires === undefined ? undefined : parseLifetime(expires, "--expires");

  const wanted = { profile, apiUrl, all, expiresIn, keepOld: spanOf(keepOld) };
  const { reports, overriddenBy } = await rotateKeys(context, wanted, requests);

  const [first] = reports;
  if (options.json) reporter.data(() => "", () => all ? { profiles: reports.map(rotationJson) } : rotationJson(first));
  else if (all) tellAll(context, reporter, reports);
  else tellOne(context, reporter, first);
  for (const report of reports) if (report.orphanedKeys.length > 0) reporter.warn(orphanedKeysWarning(report));
  if (overriddenBy !== null) reporter.warn(overrideWarning(overriddenBy));
  const worst = Math.max(...reports.map((it) => it.failure?.exitCode ?? 0));
  if (worst > 0) throw new ReportedFailure(worst);
}

function spanOf(keepOld: string | undefined): number | undefined {
  if (keepOld === undefined) return undefined;
  const span = parseSpan(keepOld, "--keep-old");
  if (span === 0) throw new UsageError("--keep-old takes a span of time; without it the old key is revoked at once");
  return span;
}

function tellOne(context: Context, reporter: Reporter, report: RotationReport) {
  reporter.result(() => rotationText(report, context.now()), () => null);
  if (report.failure === null) return;
  reporter.failure(report.failure);
  context.stderr.write(pendingText(report));
}

function tellAll(context: Context, reporter: Reporter, reports: readonly RotationReport[]) {
  for (const report of reports) {
    if (report.failure === null) reporter.result(() => rotationLine(report), () => null);
    else context.stderr.write(rotationLine(report));
  }
}
