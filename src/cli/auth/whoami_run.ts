/**
 * What `fluxloop auth whoami` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { identify } from "../../api_client/client.ts";
import { credentialOf } from "../credential.ts";
import { whoamiJson, whoamiText } from "../../output/whoami.ts";

/** The command's options. */
export interface WhoamiOptions extends JsonOptions {
  readonly apiKey?: string;
}

/** Runs the command. */
export async function runWhoami(context: Context, options: WhoamiOptions): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);

  const credential = await credentialOf(context, reporter, options, { requests });
  const identity = await identify(context, credential, requests);

  reporter.data(() => whoamiText(identity), () => whoamiJson(identity));
}
