import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand, PROFILE_VARIABLES } from "../command.ts";

/** Declares `fluxloop auth rotate`. */
export function rotateCommand(context: Context): AnyCommand {
  return newCommand(PROFILE_VARIABLES)
    .description(
      "Replace a profile's API key with a new one. The profile is the one named by --profile or FLUXLOOP_PROFILE, or else " +
        "the one chosen by auth switch, even if the project pins another. The new key is created, verified and " +
        "saved before the old one is revoked, so you always have a working key. If a rotation is interrupted, run the " +
        "command again to finish it. Other profiles on this machine with the same key are updated too. If other machines " +
        "share the key, give them time with --keep-old. The new key can't manage keys that the old one created: use the platform's API keys page for them.",
    )
    .option("--expires <duration:lifetime>", "Shorter lifetime, such as 30d (default: the same)")
    .option("--keep-old <duration:string>", "Keep the old key valid for this time, such as 24h or 7d")
    .option("--all", "Rotate all profiles' keys; exit with the highest exit code", { conflicts: ["profile"] })
    .option("--json", "Output in JSON format")
    .example("Rotate the key of the profile chosen by auth switch", "fluxloop auth rotate")
    .example("Rotate all keys in a scheduled job", "fluxloop auth rotate --all --quiet")
    .example("Give other machines a day to get the new key", "fluxloop auth rotate --keep-old 24h")
    .action(async (options) => (await import("./rotate_run.ts")).runRotate(context, options));
}
