/**
 * Paths that people name in options and environment variables.
 *
 * @module
 */
import type { Context } from "./context.ts";
import { UsageError } from "./errors.ts";

/** @returns The home folder; `undefined` where the environment doesn't name one. */
export function homeFolder(context: Context): string | undefined {
  return context.env(context.system.os === "windows" ? "USERPROFILE" : "HOME") || undefined;
}

/**
 * Reads a path that a shell may not have expanded: CI systems and `.env` files pass `~`, `$HOME` and quotes as they are.
 *
 * @param context Its environment names the home folder.
 * @param value What the user gave, not empty.
 * @param origin The option or variable that it comes from, for messages.
 * @returns The path, with a leading `~/` replaced by the home folder.
 * @throws {UsageError} When it holds `$`, quotes or line ends, or a `~` that can't be replaced.
 */
export function pathFrom(context: Context, value: string, origin: string): string {
  const character = /["'$\r\n]/.exec(value)?.[0];
  if (character !== undefined) {
    const name = /[\r\n]/.test(character) ? "a line end" : character;
    throw new UsageError(`${origin} contains ${name}, which no shell has expanded. Set it to the plain path.`);
  }
  if (!/^~(?:[/\\]|$)/.test(value)) return value;
  const home = homeFolder(context);
  if (home === undefined) throw new UsageError(`${origin} begins with ~, but HOME isn't set. Set it to the full path.`);
  return home + value.slice(1);
}

/** As {@linkcode pathFrom}, for an option that may be missing. */
export function givenPath(context: Context, value: string | undefined, origin: string): string | undefined {
  return value === undefined ? undefined : pathFrom(context, value, origin);
}
