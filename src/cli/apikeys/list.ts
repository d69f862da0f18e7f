/**
 * `fluxloop apikeys list` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";

/** @param context The outside world. */
export function listCommand(context: Context) {
  const command = new Command()
    .description(
      "List the platform's API keys that you may manage; never a whole key.\n\n" +
        "A key manages itself and those that were made with it; after a login through the browser all are yours.",
    )
    .option("--json", "Output in JSON format.")
    .example("See when each was used", "fluxloop apikeys list")
    .example("Those that end, for a script", "fluxloop apikeys list --json | jq '.api_keys[] | select(.expires_at)'")
    .action((options) => list(context, options as GlobalOptions));
  return withKeyVariables(command);
}

async function list(context: Context, options: GlobalOptions): Promise<void> {
  const { keysJson, keysText, managedKeys, resolveCredential } = await import("./work.ts");
  const console = consoleFor(context, options);
  const { requests } = console;

  const credential = await resolveCredential(context, options, { requests });
  const keys = await managedKeys(context, credential, requests);

  console.data(() => keysText(keys, context.now()), () => keysJson(keys));
}
