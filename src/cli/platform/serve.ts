import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand } from "../command.ts";

/** Declares `fluxloop platform serve`. */
export function serveCommand(context: Context): AnyCommand {
  return newCommand(["FLUXLOOP_HOME"])
    .description(
      "Run the embedded platform. It serves the FluxLoop API on this machine, for evaluation and tests, and listens only " +
        "on the loopback address until you press Ctrl-C. A new data folder starts with an example account, whose API key " +
        "is printed once.",
    )
    .option("--port <n:integer>", "Port to listen on; 0 picks a free one", { default: 8787 })
    .option("--data <folder:folder>", "Data folder (default: platform/ in fluxloop's folder)")
    .option("--ephemeral", "Keep all data in memory until exit", { conflicts: ["data"] })
    .option("--json", "Print URL and key as one line of JSON once it listens")
    .example("Start the platform", "fluxloop platform serve")
    .example("Start a temporary one for a test", "fluxloop platform serve --port 0 --ephemeral --json")
    .action(async (options) => (await import("./serve_run.ts")).runServe(limitProcesses(context, "nothing"), options));
}
