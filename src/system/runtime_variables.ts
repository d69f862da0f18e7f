/**
 * Shields the program from variables that the runtime reads by itself, and other programs from those with keys.
 *
 * @module
 */

/**
 * Runs `work`, which must not wait for anything, with other values of some environment variables (`undefined` unsets one),
 * and restores them afterwards.
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

/** @returns `undefined` also for a value that isn't UTF-8 text: nobody can use it. */
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
