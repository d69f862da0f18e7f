import type { Context } from "../../context.ts";
import { type AnyCommand, newGroup } from "../command.ts";
import { serveCommand } from "./serve.ts";

/** Declares `fluxloop platform`. */
export function platformCommand(context: Context): AnyCommand {
  return newGroup(context, { serve: serveCommand })
    .description("Run the embedded FluxLoop platform for evaluation and tests.")
    .example("Start the platform", "fluxloop platform serve")
    .example("Start a temporary one for a test", "fluxloop platform serve --port 0 --ephemeral --json");
}
