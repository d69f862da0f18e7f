/**
 * `fluxloop auth doctor` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "./key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function doctorCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Walk from the key to the platform, link by link, and say which one is broken and what to do.\n\n" +
        "Looks at the configuration, the key and where it comes from, the credentials file, the proxy, the host's name,\n" +
        "the connection, TLS, the clocks, whether the platform takes the key, its expiry and permissions, and whether git\n" +
        "would commit a .env file with the key in it. Changes nothing, takes 15 seconds at most, and can be pasted into a\n" +
        "public issue.",
    )
    .option("--json", "Output in JSON format.")
    .example("Find out why it does not work", "fluxloop auth doctor")
    .example("For one profile", "fluxloop auth doctor --profile production")
    .action(async (options) => (await import("./doctor_run.ts")).runDoctor(context, options));
  return withKeyVariables(command);
}
