/**
 * `fluxloop platform`: the group of its commands.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { showHelp } from "../help.ts";
import { serveCommand } from "./serve.ts";

/**
 * @param context The outside world.
 * @param colour Whether help may be in colour.
 */
export function platformCommand(context: Context, colour: boolean): AnyCommand {
  return new Command<GlobalOptions>()
    .description("Run the FluxLoop platform on this machine, for evaluation and tests.")
    .example("Start the platform", "fluxloop platform serve")
    .example("Start a temporary one for a test", "fluxloop platform serve --port 0 --ephemeral --json")
    .action(function () {
      showHelp(context, this, colour);
    })
    .command("serve", serveCommand(context));
}
