import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand, PROFILE_VARIABLES } from "../command.ts";

/** Declares `fluxloop auth rotate`. */
export function rotateCommand(context: Context): AnyCommand {
  return newCommand(PROFILE_VARIABLES)
    .description(
      "Replace a profile's API key with a new one. The new key is created, verified and saved before the old one is " +
        "revoked, so you always have a working key. If a rotation is interrupted, run the command again to finish it. Other " +
        "profiles on this machine with the same key are updated too. If other machines share the key, give them time " +
        "with --keep-old. The new key can't manage keys that the old one created. A profile pinned by the " +
        "project is ignored.",
    )
    .option("--expires <duration:lifetime>", "New key's lifetime, such as 90d (default: the old key's)")
    .option("--keep-old <duration:string>", "Keep the old key valid for this time, such as 24h or 7d")
    .option("--all", "Rotate all profiles' keys; exit with the highest exit code", { conflicts: ["profile"] })
    .option("--json", "Output in JSON format")
    .example("Rotate the current profile's key", "fluxloop auth rotate")
    .example("Rotate all keys in a scheduled job", "fluxloop auth rotate --all --quiet")
    .example("Give other machines a day to get the new key", "fluxloop auth rotate --keep-old 24h")
    .action(async (options) => (await import("./rotate_run.ts")).runRotate(context, options));
}
