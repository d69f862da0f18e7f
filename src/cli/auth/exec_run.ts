import { apiUrlText } from "../../api_client/api_url.ts";
import type { Context } from "../../context.ts";
import { ProgramError, UsageError } from "../../errors.ts";
import type { GlobalOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { ReportedFailure } from "../reported_failure.ts";

/**
 * Runs `fluxloop auth exec`.
 *
 * @param words The arguments before `--`, which must be empty: without `--`, it would be unclear whose an option is.
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
    throw new UsageError("Put the command after --, for example: fluxloop auth exec -- npm test");
  }
  const { key, apiUrl } = await invocation(context, options, "anything").credential();

  // Other users can see a program's arguments, but not its environment.
  const env = { FLUXLOOP_API_KEY: key, FLUXLOOP_API_URL: apiUrlText(apiUrl) };
  const code = await context.execute(program, args, env).catch((cause) => {
    throw new ProgramError(cause instanceof Deno.errors.NotFound ? 127 : 126, program, { cause });
  });
  if (code !== 0) throw new ReportedFailure(code);
}
