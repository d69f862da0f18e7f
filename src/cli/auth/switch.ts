/**
 * `fluxloop auth switch` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";

/** @param context The outside world. */
export function switchCommand(context: Context) {
  return new Command()
    .description("Make a saved profile the one that is used when none is named.")
    .arguments("<profile:string>")
    .option("--json", "Write the result as JSON.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("Use the production account from now on", "fluxloop auth switch production")
    .example("Back to the default profile", "fluxloop auth switch default")
    .action((options, profile) => switchTo(context, options as GlobalOptions, profile));
}

async function switchTo(context: Context, options: GlobalOptions, profile: string): Promise<void> {
  const { overrideWarning, switchJson, switchProfile, switchText } = await import("./work.ts");
  const console = consoleFor(context, options);

  const result = await switchProfile(context, profile);

  console.result(() => switchText(result), () => switchJson(result));
  if (result.overriddenBy !== null) console.warn(overrideWarning(result.overriddenBy));
}
