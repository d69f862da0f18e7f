/**
 * `fluxloop auth rotate` (seed: "Rotate keys regularly"; design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function rotateCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description(
      "Give a profile a new key like its old one: made, verified and saved, then the old one is revoked.\n\n" +
        "Whenever it is broken off, the profile has a key that works; running it again finishes what was begun. Other\n" +
        "profiles here that have the same key get the new one, too. For keys that other machines share there is\n" +
        "--keep-old. Keys that the old one has made work on, and are not the new one's to manage.",
    )
    .option(
      "--expires <span:string>",
      "When the new key ends, such as 30d, 90d, 1y or never. (Default: as the old one)",
    )
    .option("--keep-old <span:string>", "Let the old key work on for a while, such as 24h or 7d.")
    .option("--all", "Rotate the key of every saved profile; the exit code is the worst one's.")
    .option("--no-save", "Show the new key, once, and leave all as it is: the old key works on.")
    .option("--json", "Write the result as JSON.")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile to rotate when --profile is not given.")
    .env("FLUXLOOP_API_URL=<url:string>", "Platform to use when --api-url is not given.")
    .env("FLUXLOOP_TIMEOUT=<seconds:string>", "Longest time for a request when --timeout is not given.")
    .env("FLUXLOOP_CA_FILE=<path:string>", "Certificate authorities when --ca-file is not given.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("Replace the key of the profile in use", "fluxloop auth rotate")
    .example("Every 90 days, all profiles, in a job", "fluxloop auth rotate --all --quiet")
    .example("Leave other machines a day to get the new one", "fluxloop auth rotate --keep-old 24h")
    .example("Into a CI system's secrets", "fluxloop auth rotate --no-save --quiet | gh secret set FLUXLOOP_API_KEY")
    .action(async (options) => (await import("./rotate_run.ts")).runRotate(context, options));
}
