import { executeWithKey } from "../../auth/execute.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { GlobalOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { ReportedFailure } from "../reported_failure.ts";

/**
 * Runs `fluxloop auth exec`.
 *
 * @param words The arguments before `--`: without the dashes, nobody could tell whose an option is.
 * @param literal The arguments after `--`.
 */
export async function runExec(
  context: Context,
  options: GlobalOptions,
  words: readonly string[],
  literal: readonly string[],
): Promise<void> {
  const [program, ...args] = literal;
  if (!program || words.length > 0) {
    throw new UsageError("Missing command after --, for example: fluxloop auth exec -- npm test");
  }
  const { credential } = invocation(context, options);

  const code = await executeWithKey(context, await credential(), [program, ...args]);
  if (code !== 0) throw new ReportedFailure(code);
}
