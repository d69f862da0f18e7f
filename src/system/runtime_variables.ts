/**
 * Shields the program from variables that the runtime reads by itself.
 *
 * @module
 */

/**
 * Runs `work` with other values of some environment variables, and restores them afterwards: child processes inherit
 * what the user has set.
 *
 * @param variables Their values in the meantime; `undefined` unsets one.
 * @param work Must not wait for anything.
 * @returns What `work` returns.
 */
export function withVariables<T>(variables: Readonly<Record<string, string | undefined>>, work: () => T): T {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name, value] of Object.entries(variables)) set(name, value);
    return work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}
