import { rotateKeys, type RotationReport } from "../../auth/rotate.ts";
import type { Context } from "../../context.ts";
import { orphanedKeysWarning, pendingText, rotationJson, rotationLine, rotationText } from "../../output/rotation.ts";
import type { JsonOptions } from "../command.ts";
import { invocation, warnOfOverride } from "../invocation.ts";
import { failWithHighestCode } from "../reported_failure.ts";
import type { Reporter } from "../reporter.ts";
import { parseLifetime, parseSpan } from "../values.ts";

interface RotateOptions extends JsonOptions {
  readonly expires?: string;
  readonly keepOld?: string;
  readonly all?: boolean;
}

/** Runs `fluxloop auth rotate`. */
export async function runRotate(context: Context, options: RotateOptions): Promise<void> {
  const { reporter, requests } = invocation(context, options);
  const { profile, apiUrl, all = false } = options;
  const expiresIn = parseLifetime(options.expires, "--expires");
  const keepOld = parseSpan(options.keepOld, "--keep-old");

  const reports = await rotateKeys(context, { profile, apiUrl, all, expiresIn, keepOld, requests });

  if (options.json) {
    reporter.data(() => "", () => all ? { profiles: reports.map(rotationJson) } : rotationJson(reports[0]));
  } else if (all) reportAll(context, reporter, reports);
  else reportOne(context, reporter, reports[0]);
  for (const report of reports) if (report.orphanedKeys.length > 0) reporter.warn(orphanedKeysWarning(report));
  warnOfOverride(context, reporter);
  failWithHighestCode(reports.map((it) => it.failure));
}

function reportOne(context: Context, reporter: Reporter, report: RotationReport): void {
  reporter.result(() => rotationText(report, context.now()), () => null);
  if (report.failure === null) return;
  reporter.failure(report.failure);
  context.stderr.write(pendingText(report));
}

function reportAll(context: Context, reporter: Reporter, reports: readonly RotationReport[]): void {
  for (const report of reports) {
    if (report.failure === null) reporter.result(() => rotationLine(report), () => null);
    else context.stderr.write(rotationLine(report));
  }
}
