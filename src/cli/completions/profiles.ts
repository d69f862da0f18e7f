/**
 * The names of the saved profiles, for a shell that completes one. It is asked at every press of the key, so it does
 * without the command tree and, where the file is as this program writes it, without the YAML library and the keys in it.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { readProfileNames } from "../../credentials/credential_store.ts";
import { credentialsLocation } from "../../credentials/location.ts";
import { isProfileName } from "../../credentials/profile_name.ts";

/**
 * Writes the names, a line each. Where they cannot be read it writes nothing: a complaint would land in what is being
 * typed, and the command that is typed there will make it.
 *
 * @param context The outside world.
 */
export async function writeProfileNames(context: Context): Promise<void> {
  context.renounceProcesses();
  const names = await profileNames(context).catch(() => []);
  context.stdout.write(names.map((name) => `${name}\n`).join(""));
}

/** @returns Those that a shell can take as they are: a file may hold any text for a name. */
async function profileNames(context: Context): Promise<string[]> {
  // Nothing but the names outlives this line.
  return (await readProfileNames(credentialsLocation(context))).filter(isProfileName);
}
