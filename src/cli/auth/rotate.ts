/**
 * `fluxloop auth rotate`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { LIFETIME } from "../value_types.ts";

export function rotateCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .type("lifetime", LIFETIME)
    .description(
      "Replace a profile's API key with a new one. The new key is created, verified and saved before the old one is " +
        "revoked, so there is a working key at every moment; after an interruption, run it again to finish. Other " +
        "profiles on this machine with the same key are updated too. If other machines share the key, give them time " +
        "with --keep-old. The new key can't manage keys that the old one created.",
    )
    .option("--expires <span:lifetime>", "Lifetime of the new key, such as 90d (default: as the old)")
    .option("--keep-old <span:string>", "Keep the old key valid for a while, such as 24h or 7d")
    .option("--all", "Rotate the keys of all profiles; exit with the worst code")
    .option("--json", "Output in JSON format")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile to rotate unless --profile is given")
    .env("FLUXLOOP_API_URL=<url:string>", "Platform URL unless --api-url is given")
    .env("FLUXLOOP_TIMEOUT=<seconds:string>", "Time limit for a request unless --timeout is given")
    .env("FLUXLOOP_CA_FILE=<path:string>", "Extra CA certificates unless --ca-file is given")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder for fluxloop's files (default: ~/.fluxloop)")
    .example("Rotate the current profile's key", "fluxloop auth rotate")
    .example("Rotate all keys in a scheduled job", "fluxloop auth rotate --all --quiet")
    .example("Give other machines a day to get the new key", "fluxloop auth rotate --keep-old 24h")
    .action(async (options) =>
      (await import("./rotate_run.ts")).runRotate(limitProcesses(context, "keychain"), options)
    );
}
