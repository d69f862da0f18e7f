/**
 * What `fluxloop auth rotate` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { RotationReport } from "../../auth/rotate_model.ts";
import type { JsonOptions } from "../global_options.ts";
import { type Reporter, reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { parseLifetime, parseSpan } from "../span.ts";
import { forgetShownKey, rotateKeys } from "../../auth/rotate.ts";
import {
  leftOverWarning,
  leftText,
  rotationJson,
  rotationLine,
  rotationText,
  shownText,
  stillValidText,
} from "../../output/rotation.ts";
import { overrideWarning } from "../../output/warnings.ts";

/** The command's options. */
export interface RotateOptions extends JsonOptions {
  readonly expires?: string;
  readonly keepOld?: string;
  readonly all?: boolean;
  readonly save: boolean;
}

/** Runs the command. */
export async function runRotate(context: Context, options: RotateOptions): Promise<void> {
  checkOptions(options);
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);
  const { profile, apiUrl, all = false, save, expires, keepOld } = options;
  const expiresIn = expires === undefined ? undefined : parseLifetime(expires, "--expires");

  const wanted = { profile, apiUrl, all, save, expiresIn, keepOld: spanOf(keepOld) };
  const { reports, overriddenBy } = await rotateKeys(context, wanted, requests);

  const [first] = reports;
  if (options.json) reporter.data(() => "", () => all ? { profiles: reports.map(rotationJson) } : rotationJson(first));
  else if (all) tellAll(context, reporter, reports);
  else tellOne(context, options, reporter, first);
  if (first.key !== null) forgetShownKey(context, first.profile);
  for (const report of reports) if (report.leftOver.length > 0) reporter.warn(leftOverWarning(report));
  if (save && overriddenBy !== null) reporter.warn(overrideWarning(overriddenBy));
  const worst = Math.max(...reports.map((it) => it.failure?.exitCode ?? 0));
  if (worst > 0) throw new ReportedFailure(worst);
}

function checkOptions({ all, profile, save, keepOld }: RotateOptions): void {
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

function tellOne(context: Context, options: RotateOptions, reporter: Reporter, report: RotationReport) {
  if (report.key !== null) {
    // The key is alone on standard output.
    if (!options.quiet) context.stderr.write(shownText(report));
    context.stdout.write(`${report.key}\n`);
    if (!options.quiet) context.stderr.write(stillValidText(report));
    return;
  }
  reporter.result(() => rotationText(report, context.now()), () => null);
  if (report.failure === null) return;
  reporter.failure(report.failure);
  context.stderr.write(leftText(report));
}

function tellAll(context: Context, reporter: Reporter, reports: readonly RotationReport[]) {
  for (const report of reports) {
    if (report.failure === null) reporter.result(() => rotationLine(report), () => null);
    else context.stderr.write(rotationLine(report));
  }
}
