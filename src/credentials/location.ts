/**
 * Where credentials lie (design: "Files").
 *
 * @module
 */
import { isAbsolute, join, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";

/** The program's own folder and its credentials file. */
export interface CredentialsLocation {
  /** Absolute path of the folder, `~/.fluxloop` where nothing else is said. */
  readonly folder: string;
  /** Absolute path of the credentials file. */
  readonly file: string;
  /** The file as people write it, with `~` for the home folder. */
  readonly shown: string;
}

/**
 * @param context Its environment tells `FLUXLOOP_HOME` and the home folder.
 * @returns Where credentials lie, or `null` where there is neither a `FLUXLOOP_HOME` nor a home folder.
 */
export function credentialsLocation(context: Context): CredentialsLocation | null {
  const home = context.env(context.system.os === "windows" ? "USERPROFILE" : "HOME") || undefined;
  const own = context.env("FLUXLOOP_HOME") || undefined;
  if (own === undefined && home === undefined) return null;
  const folder = own === undefined ? join(home!, ".fluxloop") : isAbsolute(own) ? own : resolve(own);
  const file = join(folder, "credentials");
  return { folder, file, shown: withTilde(file, home) };
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

function withTilde(path: string, home: string | undefined): string {
  if (home === undefined) return path;
  const top = home.replace(/[/\\]+$/, "");
  const inside = path.startsWith(top) ? path.slice(top.length).replaceAll("\\", "/") : "";
  return inside.startsWith("/") ? `~${inside}` : path;
}
