/**
 * The environment variables of every command that uses a key, as its help tells them. Their values are read by
 * `auth/resolve_credential.ts`, through the Context.
 *
 * @module
 */

/** Name with placeholder, and what the variable is for, in the order of precedence. */
const KEY_VARIABLES: readonly (readonly [string, string])[] = [
  ["FLUXLOOP_API_KEY=<key:string>", "API key; overrides saved keys"],
  ["FLUXLOOP_SYNC_API_KEY=<key:string>", "Older name of FLUXLOOP_API_KEY"],
  ["FLUXLOOP_API_KEY_FILE=<path:string>", "File with the API key, such as a container secret"],
  ["FLUXLOOP_PROFILE=<name:string>", "Profile to use unless --profile is given"],
  ["FLUXLOOP_API_URL=<url:string>", "Platform URL unless --api-url is given"],
  ["FLUXLOOP_TIMEOUT=<seconds:string>", "Time limit for a request unless --timeout is given"],
  ["FLUXLOOP_CA_FILE=<path:string>", "Extra CA certificates unless --ca-file is given"],
  ["FLUXLOOP_HOME=<folder:string>", "Folder for fluxloop's files (default: ~/.fluxloop)"],
];

/**
 * @param command A command that uses a key.
 * @returns The command, its help telling the variables.
 */
export function withKeyVariables<C extends { env(name: string, description: string): unknown }>(command: C): C {
  for (const [name, description] of KEY_VARIABLES) command.env(name, description);
  return command;
}
