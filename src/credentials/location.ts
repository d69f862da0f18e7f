/**
 * Where credentials lie (design: "Files").
 *
 * @module
 */
import { isAbsolute, join, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import { homeFolder, pathFrom } from "../paths.ts";

/** The program's own folder and its credentials file. */
export interface CredentialsLocation {
  /** Absolute path of the folder, `~/.fluxloop` where nothing else is said. */
  readonly folder: string;
  /** Absolute path of the credentials file. */
  readonly file: string;
  /** The file as people write it, with `~` for the home folder. */
  readonly shown: string;
  /** The world that it is part of: waiting for a lock ends with it, and `--verbose` lists what is unusual there. */
  readonly context: Pick<Context, "stopped" | "trace">;
}

/**
 * @param context Its environment tells `FLUXLOOP_HOME` and the home folder.
 * @returns Where credentials lie, or `null` where there is neither a `FLUXLOOP_HOME` nor a home folder.
 * @throws {UsageError} When `FLUXLOOP_HOME` isn't a path.
 */
export function credentialsLocation(context: Context): CredentialsLocation | null {
  const home = homeFolder(context);
  const variable = context.env("FLUXLOOP_HOME") || undefined;
  if (variable === undefined && home === undefined) return null;
  const folder = variable === undefined
    ? join(home!, ".fluxloop")
    : absolute(pathFrom(context, variable, "FLUXLOOP_HOME"));
  const file = join(folder, "credentials");
  return { folder, file, shown: withTilde(file, home), context };
}

/**
 * @param context See {@linkcode credentialsLocation}.
 * @throws {ConfigurationError} Where there is no folder for credentials at all.
 */
export function requireCredentialsLocation(context: Context): CredentialsLocation {
  const location = credentialsLocation(context);
  if (location !== null) return location;
  throw new ConfigurationError(
    "There is no home folder to keep credentials in; set HOME or FLUXLOOP_HOME, or pass the key in FLUXLOOP_API_KEY",
  );
}

/** The current folder is asked for only where it matters: it may have been removed. */
function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}

function withTilde(path: string, home: string | undefined): string {
  if (home === undefined) return path;
  const top = home.replace(/[/\\]+$/, "");
  const inside = path.startsWith(top) ? path.slice(top.length).replaceAll("\\", "/") : "";
  return inside.startsWith("/") ? `~${inside}` : path;
}
