/**
 * Changes environment variables temporarily, to hide settings from the runtime and keys from other programs.
 *
 * @module
 */

/**
 * Runs `work`, which must be synchronous, with other values of some environment variables (`undefined` unsets one), and
 * restores them afterwards.
 */
export function withVariables<T>(variables: Readonly<Record<string, string | undefined>>, work: () => T): T {
  const before = Object.keys(variables).map((name) => [name, valueOf(name)] as const);
  try {
    for (const [name, value] of Object.entries(variables)) set(name, value);
    return work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

/** Returns the value; also `undefined` if it isn't UTF-8 text, which nothing here could use. */
function valueOf(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}
