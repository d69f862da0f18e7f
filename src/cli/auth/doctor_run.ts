/**
 * What `fluxloop auth doctor` does.
 *
 * @module
 */
import { diagnose } from "../../auth/diagnose.ts";
import type { Context } from "../../context.ts";
import type { JsonOptions } from "../command.ts";
import { diagnosisJson, diagnosisText } from "../../output/diagnosis.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { ReportedFailure } from "../reported_failure.ts";

/** Runs the command. */
export async function runDoctor(context: Context, options: JsonOptions): Promise<void> {
  const reporter = reporterFor(context, options);

  const diagnosis = await diagnose(context, options, () => requestOptions(context, options));

  const now = context.now();
  reporter.data(() => diagnosisText(diagnosis, now), () => diagnosisJson(diagnosis, now));
  const broken = diagnosis.checks.find((it) => it.failure !== null)?.failure;
  if (broken) throw new ReportedFailure(broken.exitCode);
}
