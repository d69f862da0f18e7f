import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop auth doctor`. */
export function doctorCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Diagnose connection and authentication problems. Checks configuration, API key, credentials file, proxy, DNS, TCP, " +
        "TLS, clock, authentication, expiry, permissions, exposed keys and unfinished rotations, and explains how to fix " +
        "what fails. Takes at most 15 seconds, and changes nothing, except that it refreshes an access token that is " +
        "about to expire. The output is safe to paste into a public issue.",
    )
    .option("--json", "Output in JSON format")
    .example("Find out what is wrong", "fluxloop auth doctor")
    .example("Check a specific profile", "fluxloop auth doctor --profile production")
    .action(async (options) => (await import("./doctor_run.ts")).runDoctor(context, options));
}
