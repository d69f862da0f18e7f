/**
 * What `fluxloop auth exec` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { executeWithKey } from "../../auth/execute.ts";
import { credentialOf } from "../credential.ts";

/** Runs the command. */
export async function runExec(
  context: Context,
  options: JsonOptions,
  words: readonly string[],
  literal: readonly string[],
): Promise<void> {
  const [program, ...args] = literal;
  // Without the dashes nobody could tell whose an option is.
  if (program === undefined || program === "" || words.length > 0) {
    throw new UsageError("Missing command after --, for example: fluxloop auth exec -- npm test");
  }
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);

  const credential = await credentialOf(context, reporter, options, { requests });

  const code = await executeWithKey(context, credential, [program, ...args]);
  if (code !== 0) throw new ReportedFailure(code);
}
