/** The environment variables that hold an API key or name a file with one, in order of precedence. */
export const KEY_VARIABLES: readonly string[] = ["FLUXLOOP_API_KEY", "FLUXLOOP_SYNC_API_KEY", "FLUXLOOP_API_KEY_FILE"];

/** Hides the keys from a program that is started: an empty variable counts as unset. */
export const WITHOUT_KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  KEY_VARIABLES.map((name) => [name, ""]),
);
