import { join, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import { homeFolder, homeVariable, pathFrom } from "../paths.ts";

/** The program's own folder and the credentials file in it. */
export interface CredentialsLocation {
  /** The absolute path: `~/.fluxloop`, unless `FLUXLOOP_HOME` names another folder. */
  readonly folder: string;
  readonly file: string;
  /** The file's path for messages, with `~` for the home folder. */
  readonly shown: string;
  readonly context: Context;
}

/** Returns where credentials are saved; `null` if neither `FLUXLOOP_HOME` nor the home folder is known. */
export function credentialsLocation(context: Context): CredentialsLocation | null {
  const home = homeFolder(context);
  const variable = context.env("FLUXLOOP_HOME")?.trim() || undefined;
  if (variable === undefined && home === undefined) return null;
  const folder = variable === undefined
    ? join(home!, ".fluxloop")
    // Only a relative path needs the current folder, which may have been removed.
    : resolve(pathFrom(context, variable, "FLUXLOOP_HOME"));
  const file = join(folder, "credentials");
  return { folder, file, shown: withTilde(file, home), context };
}

/** Like {@linkcode credentialsLocation}, for a command that needs one: the error says for what, and how to do without. */
export function requireCredentialsLocation(
  context: Context,
  what = "credentials",
  instead = "pass the key in FLUXLOOP_API_KEY",
): CredentialsLocation {
  const location = credentialsLocation(context);
  if (location !== null) return location;
  throw new ConfigurationError(
    `There is no home folder for ${what}. Set ${homeVariable(context)} or FLUXLOOP_HOME, or ${instead}.`,
  );
}

function withTilde(path: string, home: string | undefined): string {
  if (home === undefined) return path;
  const top = home.replace(/[/\\]+$/, "");
  const inside = path.startsWith(top) ? path.slice(top.length).replaceAll("\\", "/") : "";
  return inside.startsWith("/") ? `~${inside}` : path;
}
