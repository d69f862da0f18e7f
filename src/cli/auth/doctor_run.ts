import { diagnose } from "../../auth/diagnose.ts";
import type { Context } from "../../context.ts";
import { diagnosisJson, diagnosisText } from "../../output/diagnosis.ts";
import type { JsonOptions } from "../command.ts";
import { requestOptions } from "../invocation.ts";
import { endWithWorst } from "../reported_failure.ts";
import { reporterFor } from "../reporter.ts";

/** Runs `fluxloop auth doctor`. */
export async function runDoctor(context: Context, options: JsonOptions): Promise<void> {
  const checks = await diagnose(context, options, () => requestOptions(context, options));

  const now = context.now();
  reporterFor(context, options).data(() => diagnosisText(checks, now), () => diagnosisJson(checks, now));
  endWithWorst(checks.map((it) => it.failure));
}
