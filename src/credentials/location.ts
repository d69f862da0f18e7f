import { join, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import { homeFolder, homeVariable, pathFrom } from "../paths.ts";

/** The program's own folder and its credentials file (design: "Files"). */
export interface CredentialsLocation {
  /** Absolute path, `~/.fluxloop` unless `FLUXLOOP_HOME` names another. */
  readonly folder: string;
  readonly file: string;
  /** The file's path as people write it, with `~` for the home folder. */
  readonly shown: string;
  readonly context: Context;
}

/** Finds out where credentials are saved; `null` if there is neither a `FLUXLOOP_HOME` nor a home folder. */
export function credentialsLocation(context: Context): CredentialsLocation | null {
  const home = homeFolder(context);
  const variable = context.env("FLUXLOOP_HOME")?.trim() || undefined;
  if (variable === undefined && home === undefined) return null;
  const folder = variable === undefined
    ? join(home!, ".fluxloop")
    // The current folder, which may have been removed, matters only to a relative path.
    : resolve(pathFrom(context, variable, "FLUXLOOP_HOME"));
  const file = join(folder, "credentials");
  return { folder, file, shown: withTilde(file, home), context };
}

/** As {@linkcode credentialsLocation}, for a command that needs one. */
export function requireCredentialsLocation(context: Context): CredentialsLocation {
  const location = credentialsLocation(context);
  if (location !== null) return location;
  throw new ConfigurationError(
    `There is no home folder for credentials. Set ${homeVariable(context)} or FLUXLOOP_HOME, or pass the key in ` +
      "FLUXLOOP_API_KEY.",
  );
}

function withTilde(path: string, home: string | undefined): string {
  if (home === undefined) return path;
  const top = home.replace(/[/\\]+$/, "");
  const inside = path.startsWith(top) ? path.slice(top.length).replaceAll("\\", "/") : "";
  return inside.startsWith("/") ? `~${inside}` : path;
}
