/**
 * What `fluxloop auth token` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { credentialOf } from "../credential.ts";
import { tokenJson } from "../../output/session.ts";

/** Runs the command. */
export async function runToken(context: Context, options: JsonOptions): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);

  const credential = await credentialOf(context, reporter, options, { requests });

  reporter.deliver(() => `${credential.key}\n`, () => tokenJson(credential));
}
