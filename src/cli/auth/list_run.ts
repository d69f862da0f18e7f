/**
 * What `fluxloop auth list` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { listProfiles } from "../../auth/list_profiles.ts";
import { unfinishedWarning } from "../../output/rotation.ts";
import { overrideWarning } from "../../output/warnings.ts";
import { profilesJson, profilesText } from "../../output/profiles.ts";

/** Runs the command. */
export async function runList(context: Context, options: JsonOptions): Promise<void> {
  const reporter = reporterFor(context, options);

  const profiles = await listProfiles(context);

  reporter.data(() => profilesText(profiles, context.now(), context.stdout.columns()), () => profilesJson(profiles));
  for (const { name, isRotating } of profiles.profiles) if (isRotating) reporter.warn(unfinishedWarning(name));
  if (profiles.overriddenBy !== null) reporter.warn(overrideWarning(profiles.overriddenBy));
}
