/**
 * `fluxloop auth list` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";

/** @param context The outside world. */
export function listCommand(context: Context) {
  return new Command()
    .description("List the saved profiles, the one that is used when none is named marked with *. Makes no request.")
    .option("--json", "Output in JSON format.")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile that is used when --profile is not given.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("List the saved profiles", "fluxloop auth list")
    .example("Their names alone", "fluxloop auth list --json | jq -r '.profiles[].name'")
    .action((options) => list(context, options as GlobalOptions));
}

async function list(context: Context, options: GlobalOptions): Promise<void> {
  const { listProfiles, overrideWarning, profilesJson, profilesText, unfinishedWarning } = await import("./work.ts");
  const console = consoleFor(context, options);

  const profiles = await listProfiles(context);

  console.data(() => profilesText(profiles, context.now()), () => profilesJson(profiles));
  for (const { name, isRotating } of profiles.profiles) if (isRotating) console.warn(unfinishedWarning(name));
  if (profiles.overriddenBy !== null) console.warn(overrideWarning(profiles.overriddenBy));
}
