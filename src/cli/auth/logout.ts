import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand } from "../command.ts";

/** Declares `fluxloop auth logout`. */
export function logoutCommand(context: Context): AnyCommand {
  return newCommand(["FLUXLOOP_PROFILE", "FLUXLOOP_TIMEOUT", "FLUXLOOP_CA_FILE", "FLUXLOOP_HOME"])
    .description(
      "Log out from the FluxLoop Web Platform. Removes a profile's credentials from this machine. The API key stays valid " +
        "until you delete it on the platform's API keys page or pass --revoke. If --revoke fails, nothing is removed.",
    )
    .option("--all", "Log out from all profiles", { conflicts: ["profile"] })
    .option("--revoke", "Also revoke the key on the platform")
    .option("--json", "Output in JSON format")
    .example("Log out from the default profile", "fluxloop auth logout")
    .example("Log out from a specific profile", "fluxloop auth logout --profile production")
    .example("Log out and revoke the key", "fluxloop auth logout --revoke")
    .example("Log out from all profiles", "fluxloop auth logout --all")
    .action(async (options) => (await import("./logout_run.ts")).runLogout(context, options));
}
