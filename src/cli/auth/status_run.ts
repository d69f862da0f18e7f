import { checkAllStatuses, checkStatus, failIfExpiring } from "../../auth/check_status.ts";
import type { Context } from "../../context.ts";
import { unfinishedWarning } from "../../output/rotation.ts";
import { statusJson, statusText } from "../../output/status.ts";
import { insecureFileWarning, profileOverrideWarning } from "../../output/warnings.ts";
import { printable } from "../../text/printable.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { failWithHighestCode } from "../reported_failure.ts";
import { parseSpan } from "../values.ts";

interface StatusOptions extends JsonOptions {
  readonly apiKey?: string;
  readonly all?: boolean;
  readonly failIfExpiresIn?: string;
}

/** Runs `fluxloop auth status`. */
export async function runStatus(context: Context, options: StatusOptions): Promise<void> {
  const { reporter, requests } = invocation(context, options);
  const { all, json } = options;
  const now = context.now();
  const within = parseSpan(options.failIfExpiresIn, "--fail-if-expires-in");

  const checked = all
    ? await checkAllStatuses(context, { ...options, requests })
    : [await checkStatus(context, { ...options, requests })];
  const reports = within === undefined ? checked : checked.map((it) => failIfExpiring(it, within, now));

  reporter.result(
    () => reports.map((it) => statusText(it, now)).filter((it) => it !== "").join("\n"),
    () => all ? { profiles: reports.map((it) => statusJson(it, now)) } : statusJson(reports[0], now),
  );
  // All profiles are in one file.
  const insecure = reports.map((it) => it.key?.insecureFile).find((it) => it);
  if (insecure?.mode) reporter.warn(insecureFileWarning(insecure.shown, insecure.mode));
  for (const { profile, key, failure } of reports) {
    if (key !== null && key.overridden !== null) reporter.warn(profileOverrideWarning(key.origin, key.overridden));
    if (key !== null && key.isRotating && profile !== null) reporter.warn(unfinishedWarning(profile));
    if (failure === null || json) continue;
    if (all) context.stderr.write(`Profile ${printable(profile ?? "")}:\n`);
    reporter.failure(failure);
  }
  failWithHighestCode(reports.map((it) => it.failure));
}
