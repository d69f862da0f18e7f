/**
 * `fluxloop auth logout` (seed: "fluxloop auth logout").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function logoutCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description(
      "Log out from the FluxLoop Web Platform.\n\n" +
        "Removes a profile's credentials from this machine. The key itself goes on to work until it is deleted on the\n" +
        "platform's page of API keys, or with --revoke: then nothing is removed that could not be revoked.",
    )
    .option("--all", "Log out from all profiles.")
    .option("--revoke", "Revoke the key at the platform, too.")
    .option("--json", "Write the result as JSON.")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile to log out from when --profile is not given.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("From the default profile", "fluxloop auth logout")
    .example("From a specific profile", "fluxloop auth logout --profile production")
    .example("For good, when a key has leaked", "fluxloop auth logout --revoke")
    .example("From all profiles", "fluxloop auth logout --all")
    .action(async (options) => (await import("./logout_run.ts")).runLogout(context, options));
}
