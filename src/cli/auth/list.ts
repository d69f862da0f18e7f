/**
 * `fluxloop auth list`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

export function listCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description("List saved profiles. The current one is marked with *. Keys are masked, and no request is made.")
    .option("--json", "Output in JSON format")
    .env("FLUXLOOP_PROFILE=<name:string>", "Current profile unless --profile is given")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder for fluxloop's files (default: ~/.fluxloop)")
    .example("List saved profiles", "fluxloop auth list")
    .example("Print only their names", "fluxloop auth list --json | jq -r '.profiles[].name'")
    .action(async (options) => (await import("./list_run.ts")).runList(limitProcesses(context, "nothing"), options));
}
