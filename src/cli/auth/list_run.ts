import { listProfiles } from "../../auth/list_profiles.ts";
import { overridingVariable } from "../../auth/resolve_credential.ts";
import type { Context } from "../../context.ts";
import { profilesJson, profilesText } from "../../output/profiles.ts";
import { unfinishedWarning } from "../../output/rotation.ts";
import { overrideWarning } from "../../output/warnings.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";

/** Runs `fluxloop auth list`. */
export async function runList(context: Context, options: JsonOptions): Promise<void> {
  const reporter = reporterFor(context, options);

  const list = await listProfiles(context);

  reporter.data(() => profilesText(list, context.now(), context.stdout.columns()), () => profilesJson(list));
  for (const { name, isRotating } of list.profiles) if (isRotating) reporter.warn(unfinishedWarning(name));
  const overriding = overridingVariable(context);
  if (overriding !== null) reporter.warn(overrideWarning(overriding));
}
