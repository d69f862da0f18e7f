/**
 * `fluxloop auth list` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function listCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description("List the saved profiles, the one that is used when none is named marked with *. Makes no request.")
    .option("--json", "Output in JSON format.")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile that is used when --profile is not given.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("List the saved profiles", "fluxloop auth list")
    .example("Their names alone", "fluxloop auth list --json | jq -r '.profiles[].name'")
    .action(async (options) => (await import("./list_run.ts")).runList(context, options));
}
