/**
 * `fluxloop platform serve` (design: platform-api.md, "The embedded platform").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function serveCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description(
      "Run the embedded platform: the FluxLoop API on this machine, for trying out and for tests.\n\n" +
        "It listens on the loopback address alone, until it is stopped with Ctrl-C. A new data folder starts with an\n" +
        "example account, whose API key is shown once.",
    )
    .option("--port <n:integer>", "Port to listen on; 0 picks a free one.", { default: 8787 })
    .option("--data <folder:string>", "Folder that keeps the state. (Default: platform/ in the credentials' folder)")
    .option("--ephemeral", "Keep the state in memory; it is gone when the platform stops.", { conflicts: ["data"] })
    .option("--json", "Tell address and key as one line of JSON, once the platform listens.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder that holds platform/, instead of ~/.fluxloop.")
    .example("Start it", "fluxloop platform serve")
    .example("Start a throw-away one for a test", "fluxloop platform serve --port 0 --ephemeral --json")
    .action(async (options) => (await import("./serve_run.ts")).runServe(context, options));
}
