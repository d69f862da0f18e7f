/**
 * What `fluxloop apikeys list` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { keysJson, keysText } from "../../output/api_keys.ts";
import { managedKeys } from "../../auth/manage_keys.ts";
import { credentialOf } from "../credential.ts";

/** Runs the command. */
export async function runList(context: Context, options: JsonOptions): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);

  const credential = await credentialOf(context, reporter, options, { requests });
  const keys = await managedKeys(context, credential, requests);

  reporter.data(() => keysText(keys, context.now(), context.stdout.columns()), () => keysJson(keys));
}
