import { managedKeys } from "../../auth/manage_keys.ts";
import type { Context } from "../../context.ts";
import { keysJson, keysText } from "../../output/api_keys.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";

/** Runs `fluxloop apikeys list`. */
export async function runList(context: Context, options: JsonOptions): Promise<void> {
  const { reporter, credential } = invocation(context, options);

  const keys = await managedKeys(context, await credential());

  reporter.data(() => keysText(keys, context.now(), context.stdout.columns()), () => keysJson(keys));
}
