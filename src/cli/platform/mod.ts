import type { Context } from "../../context.ts";
import { type AnyCommand, type HelpAction, newCommand } from "../command.ts";
import { serveCommand } from "./serve.ts";

/** Declares `fluxloop platform`. */
export function platformCommand(context: Context, help: HelpAction): AnyCommand {
  return newCommand()
    .description("Run the embedded FluxLoop platform for evaluation and tests.")
    .example("Start the platform", "fluxloop platform serve")
    .example("Start a temporary one for a test", "fluxloop platform serve --port 0 --ephemeral --json")
    .action(help)
    .command("serve", serveCommand(context));
}
