/**
 * `fluxloop auth logout` (seed: "fluxloop auth logout").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";

interface LogoutFlags extends GlobalOptions {
  readonly all?: boolean;
  readonly revoke?: boolean;
}

/** @param context The outside world. */
export function logoutCommand(context: Context) {
  return new Command()
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
    .action((options) => logout(context, options as LogoutFlags));
}

async function logout(context: Context, options: LogoutFlags): Promise<void> {
  const { abandonedWarning, logOut, logoutJson, logoutText, stillSignedInWarning } = await import("./work.ts");
  const console = consoleFor(context, options);

  const { profile, all = false, revoke } = options;
  const result = await logOut(context, { profile, all, revoke }, revoke ? console.requests : undefined);

  console.result(() => logoutText(result), () => logoutJson(result));
  for (const rotation of result.abandoned) console.warn(abandonedWarning(rotation));
  if (result.overriddenBy !== null) console.warn(stillSignedInWarning(result.overriddenBy));
}
