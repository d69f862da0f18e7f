import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand } from "../command.ts";

/** Declares `fluxloop auth list`. */
export function listCommand(context: Context): AnyCommand {
  return newCommand(["FLUXLOOP_PROFILE", "FLUXLOOP_HOME"])
    .description("List saved profiles. The current one is marked with *. Keys are masked, and no request is made.")
    .option("--json", "Output in JSON format")
    .example("List saved profiles", "fluxloop auth list")
    .example("Print only their names", "fluxloop auth list --json | jq -r '.profiles[].name'")
    .action(async (options) => (await import("./list_run.ts")).runList(context, options));
}
