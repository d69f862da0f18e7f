/**
 * Reads a response's JSON value field by field. An error names the field whose type differs from the contract's.
 *
 * @module
 */
import { isObject } from "../text/json.ts";

/** Reads the value at a path such as `projects[0].id`, which is empty for the whole response. */
export type Reader<T> = (value: unknown, at: string) => T;

/** A field's type differs from the contract's. */
export class InvalidFieldError extends Error {
  constructor(at: string, expected: string) {
    super(`${at || "it"} isn't ${expected}`);
  }
}

/** Reads any value. */
export const anything: Reader<unknown> = (value) => value;

/** `created_at` as `createdAt`. */
type Camel<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name & string;

/** Reads an object with these fields, whose names become camel case; others are ignored. */
export function object<T>(
  fields: { readonly [Name in keyof T]: Reader<T[Name]> },
): Reader<{ readonly [Name in keyof T as Camel<Name>]: T[Name] }> {
  const readers = (Object.entries(fields) as [string, Reader<unknown>][])
    .map(([name, read]) => ({ name, read, camel: name.replace(/_./g, (it) => it[1].toUpperCase()) }));
  return (value, at) => {
    if (!isObject(value)) throw new InvalidFieldError(at, "an object");
    const prefix = at === "" ? "" : `${at}.`;
    return Object.fromEntries(readers.map((it) => [it.camel, it.read(value[it.name], prefix + it.name)])) as never;
  };
}

/** Reads a list. */
export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new InvalidFieldError(at, "a list");
    return value.map((it, index) => read(it, `${at}[${index}]`));
  };
}

/** Reads the value of a field; older platforms send the value without an object around it. */
export function inField<T>(name: string, read: Reader<T>): Reader<T> {
  return (value) => read(isObject(value) ? value[name] : value, name);
}

/** Reads an optional field; a missing one is `null`. */
export function optional<T>(read: Reader<T>): Reader<T | null> {
  return (value, at) => value === undefined || value === null ? null : read(value, at);
}

/** Reads a value that passes a check. */
export function checked<T>(expected: string, isValid: (value: unknown) => value is T): Reader<T> {
  return (value, at) => {
    if (!isValid(value)) throw new InvalidFieldError(at, expected);
    return value;
  };
}

/** Reads a string. */
export const text = checked("a string", (it) => typeof it === "string");

/** Reads a key or token, which has to fit into a header and on one line of a file. */
export const secret = checked(
  "a valid key or token",
  (it): it is string => typeof it === "string" && /^[\x21-\x7e]{1,8192}$/.test(it),
);

/** Reads a boolean. */
export const flag = checked("a boolean", (it) => typeof it === "boolean");

/** Reads a non-negative number. */
export const count = checked(
  "a non-negative number",
  (it): it is number => typeof it === "number" && Number.isFinite(it) && it >= 0,
);

/** Reads a time, which is in UTC if it has no zone. */
export const time: Reader<Date> = (value, at) => {
  // RFC 3339, section 5.6, also allows lower case and a space.
  const written = text(value, at).toUpperCase().replace(/^(\S{10}) /, "$1T");
  // The runtime reads a time without a zone as local time.
  const read = new Date(/T[\d:.,]+$/.test(written) ? `${written}Z` : written);
  // It also accepts "banana 5" as a date, and reads February 30 as March 1.
  const [day] = /^\d{4}-\d\d-\d\d(?=$|T)/.exec(written) ?? [];
  const isDay = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (!isDay || Number.isNaN(read.getTime())) throw new InvalidFieldError(at, "a timestamp");
  return read;
};
