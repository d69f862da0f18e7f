import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand } from "../command.ts";

/** Declares `fluxloop platform serve`. */
export function serveCommand(context: Context): AnyCommand {
  return newCommand(["FLUXLOOP_HOME"])
    .description(
      "Run the embedded platform. Until you press Ctrl-C, it serves the FluxLoop API for evaluation and tests, on the " +
        "loopback address only. A new data folder starts with an example account, whose API key " +
        "is printed once.",
    )
    .option("--port <n:string>", "Port to listen on; 0 picks a free one", { default: "8787" })
    .option("--data <folder:folder>", "Data folder (default: ~/.fluxloop/platform)")
    .option("--ephemeral", "Keep all data in memory; save nothing", { conflicts: ["data"] })
    .option("--json", "Print URL and key as one line of JSON when ready")
    .example("Start the platform", "fluxloop platform serve")
    .example("Start a temporary one for a test", "fluxloop platform serve --port 0 --ephemeral --json")
    .action(async (options) => (await import("./serve_run.ts")).runServe(context, options));
}
