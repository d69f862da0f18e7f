import { diagnose } from "../../auth/diagnose.ts";
import type { Context } from "../../context.ts";
import { diagnosisJson, diagnosisText } from "../../output/diagnosis.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { failWithHighestCode } from "../reported_failure.ts";

/** Runs `fluxloop auth doctor`. */
export async function runDoctor(context: Context, options: JsonOptions): Promise<void> {
  const own = invocation(context, options);

  const checks = await diagnose(context, options, () => own.requests);

  const now = context.now();
  own.reporter.data(() => diagnosisText(checks, now), () => diagnosisJson(checks, now));
  failWithHighestCode(checks.map((it) => it.failure));
}
