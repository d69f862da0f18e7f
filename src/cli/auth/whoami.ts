/**
 * `fluxloop auth whoami` (seed: "fluxloop auth whoami").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { withKeyVariables } from "./key_variables.ts";

interface WhoamiFlags extends GlobalOptions {
  readonly apiKey?: string;
}

/** @param context The outside world. */
export function whoamiCommand(context: Context) {
  const command = new Command()
    .description("Display information about the currently authenticated user.")
    .option("--api-key <key:string>", "API key to use instead of the one that commands would use.")
    .option("--json", "Output in JSON format.")
    .example("Display current user info", "fluxloop auth whoami")
    .example("Get user info in JSON format", "fluxloop auth whoami --json")
    .action((options) => whoami(context, options as WhoamiFlags));
  return withKeyVariables(command);
}

async function whoami(context: Context, options: WhoamiFlags): Promise<void> {
  const { identify, profileOverrideWarning, resolveCredential, whoamiJson, whoamiText } = await import("./work.ts");
  const console = consoleFor(context, options);

  const credential = await resolveCredential(context, options, { requests: console.requests });
  if (credential.overridden !== null) console.warn(profileOverrideWarning(credential.origin, credential.overridden));
  const identity = await identify(context, credential, console.requests);

  console.data(() => whoamiText(identity), () => whoamiJson(identity));
}
