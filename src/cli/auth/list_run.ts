import { listProfiles } from "../../auth/list_profiles.ts";
import type { Context } from "../../context.ts";
import { profilesJson, profilesText } from "../../output/profiles.ts";
import { unfinishedWarning } from "../../output/rotation.ts";
import type { JsonOptions } from "../command.ts";
import { invocation, warnOfOverride } from "../invocation.ts";

/** Runs `fluxloop auth list`. */
export async function runList(context: Context, options: JsonOptions): Promise<void> {
  const { reporter } = invocation(context, options, "nothing");

  const list = await listProfiles(context);

  reporter.data(() => profilesText(list, context.now(), context.stdout.columns()), () => profilesJson(list));
  for (const { name, isRotating } of list.profiles) if (isRotating) reporter.warn(unfinishedWarning(name));
  warnOfOverride(context, reporter);
}
