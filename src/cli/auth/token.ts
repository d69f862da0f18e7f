/**
 * `fluxloop auth token` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { withKeyVariables } from "./key_variables.ts";

/** @param context The outside world. */
export function tokenCommand(context: Context) {
  const command = new Command()
    .description(
      "Print the API key that commands would use, alone on standard output, for scripts.\n\n" +
        "Makes no request: the key is printed whether the platform takes it or not. After a login through the browser it\n" +
        "prints the access token, which ends within the hour, and renews it first where it is about to end.",
    )
    .option("--json", "Output in JSON format, with where the key comes from.")
    .example("Use the key with another program", 'curl -H "Authorization: Bearer $(fluxloop auth token)" …')
    .example("The key of a profile", "fluxloop auth token --profile production")
    .action((options) => token(context, options as GlobalOptions));
  return withKeyVariables(command);
}

async function token(context: Context, options: GlobalOptions): Promise<void> {
  const { profileOverrideWarning, resolveCredential, tokenJson } = await import("./work.ts");
  const console = consoleFor(context, options);

  const credential = await resolveCredential(context, options, { requests: console.requests });
  if (credential.overridden !== null) console.warn(profileOverrideWarning(credential.origin, credential.overridden));

  console.data(() => `${credential.key}\n`, () => tokenJson(credential));
}
