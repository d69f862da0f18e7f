/**
 * The environment variables that hold an API key or name a file with one.
 *
 * @module
 */

/** In order of precedence. */
export const KEY_VARIABLES: readonly string[] = ["FLUXLOOP_API_KEY", "FLUXLOOP_SYNC_API_KEY", "FLUXLOOP_API_KEY_FILE"];

/** What keeps them from a program that is started: an empty variable is an unset one. */
export const WITHOUT_KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  KEY_VARIABLES.map((name) => [name, ""]),
);
