/**
 * Whether a YAML value was written back as what it was.
 *
 * @module
 */
/**
 * @returns Whether two YAML values are the same, however they are divided into objects. Pairs that were compared once
 * are not compared again: aliases can make a value larger than any memory.
 */
export function isSameValue(a: unknown, b: unknown, seen = new Map<unknown, unknown>()): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) =>
    Object.hasOwn(b, name) &&
    isSameValue((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], seen)
  );
}
