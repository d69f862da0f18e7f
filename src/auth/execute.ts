import type { Context } from "../context.ts";
import { ProgramError } from "../errors.ts";
import { apiUrlText } from "../api_client/api_url.ts";
import type { Credential } from "./resolve_credential.ts";

/**
 * Runs a command in place of this program (design: "fluxloop auth exec"). The key is in its environment, which only its own user can see, and not among
 * its arguments, which everybody can.
 *
 * @returns The command's exit code; 128 and the signal's number if a signal ended it.
 * @throws {ProgramError} When the program doesn't exist, or can't be run.
 */
export async function executeWithKey(
  context: Context,
  { key, apiUrl }: Pick<Credential, "key" | "apiUrl">,
  [program, ...args]: readonly [string, ...string[]],
): Promise<number> {
  const env = { FLUXLOOP_API_KEY: key, FLUXLOOP_API_URL: apiUrlText(apiUrl) };
  try {
    return await context.execute(program, args, env);
  } catch (error) {
    throw new ProgramError(error instanceof Deno.errors.NotFound ? 127 : 126, program, { cause: error });
  }
}
