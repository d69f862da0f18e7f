import { isAbsolute } from "@std/path";
import type { Context } from "./context.ts";
import { UsageError } from "./errors.ts";

/** Returns the home folder, if the environment names one. A relative path, as in a Dockerfile's `ENV HOME=~`, is ignored. */
export function homeFolder(context: Context): string | undefined {
  const home = context.env(homeVariable(context)) ?? "";
  return isAbsolute(home) ? home : undefined;
}

/** Returns the name of the variable for the home folder. */
export function homeVariable({ system }: Pick<Context, "system">): "USERPROFILE" | "HOME" {
  return system.os === "windows" ? "USERPROFILE" : "HOME";
}

/**
 * Reads a path from an option or a variable. CI systems and `.env` files pass `~`, `$HOME` and quotes unexpanded.
 *
 * @param value Not empty.
 * @param origin The option or variable, for the error.
 * @returns The path, with a leading `~/` replaced by the home folder.
 * @throws {UsageError} If it contains `$`, `%NAME%`, quotes or a line break, or a `~` that can't be replaced.
 */
export function pathFrom(context: Context, value: string, origin: string): string {
  const character = /["'$\r\n]|%\w+%/.exec(value)?.[0];
  if (character !== undefined) {
    const name = /[\r\n]/.test(character) ? "a line break" : character;
    throw new UsageError(`${origin} contains ${name}, which was not expanded. Use the full path.`);
  }
  if (!/^~(?:[/\\]|$)/.test(value)) return value;
  const home = homeFolder(context);
  if (home !== undefined) return home + value.slice(1);
  throw new UsageError(
    `${origin} begins with ~, but ${homeVariable(context)} isn't set. Use the full path in ${origin}.`,
  );
}

/** Like {@linkcode pathFrom}, for a value that may be missing. */
export function givenPath(context: Context, value: string | undefined, origin: string): string | undefined {
  return value === undefined ? undefined : pathFrom(context, value, origin);
}

/** Returns the path to which an upgrade moves the old program on Windows, which can't delete it while it runs. */
export function replacedProgramPath(path: string): string {
  return path.replace(/[^\\/]*$/, ".old-$&");
}
