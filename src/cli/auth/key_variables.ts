/**
 * The environment variables of every command that uses a key, as its help tells them. Their values are read by
 * `auth/resolve_credential.ts`, through the Context.
 *
 * @module
 */

/** Name with placeholder, and what the variable is for, in the order of precedence. */
const KEY_VARIABLES: readonly (readonly [string, string])[] = [
  ["FLUXLOOP_API_KEY=<key:string>", "API key to use instead of the saved ones."],
  ["FLUXLOOP_SYNC_API_KEY=<key:string>", "Older name of FLUXLOOP_API_KEY."],
  ["FLUXLOOP_API_KEY_FILE=<path:string>", "File that holds the API key, as container secrets do."],
  ["FLUXLOOP_PROFILE=<name:string>", "Profile to use when --profile is not given."],
  ["FLUXLOOP_API_URL=<url:string>", "Platform to use when --api-url is not given."],
  ["FLUXLOOP_TIMEOUT=<seconds:string>", "Longest time for a request when --timeout is not given."],
  ["FLUXLOOP_CA_FILE=<path:string>", "Certificate authorities when --ca-file is not given."],
  ["FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop."],
];

/**
 * @param command A command that uses a key.
 * @returns The command, its help telling the variables.
 */
export function withKeyVariables<C extends { env(name: string, description: string): unknown }>(command: C): C {
  for (const [name, description] of KEY_VARIABLES) command.env(name, description);
  return command;
}
