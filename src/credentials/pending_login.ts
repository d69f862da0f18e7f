/**
 * Saves a browser login that waits for approval, for another run of the program (`auth login --web --no-wait`, then
 * `--resume`). The device code in it is a secret: it can be exchanged for the tokens.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { ConfigurationError } from "../errors.ts";
import { readSmallFile } from "./bounded_read.ts";
import { createFolder, removeIfThere, removeStaleFile, replaceFile } from "./atomic_file.ts";
import { fileFailure } from "./credentials_file.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";
import { fileNamePart } from "./profile_name.ts";

/** A login that waits for approval. */
export interface PendingLogin {
  readonly apiUrl: string;
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUrl: URL;
  readonly expiresAt: Date;
  /** Milliseconds between two polls. */
  readonly interval: number;
}

/** Saves a profile's pending login, replacing an earlier one. */
export async function savePendingLogin(
  location: CredentialsLocation,
  profile: string,
  pending: PendingLogin,
): Promise<void> {
  const { path, shown } = placeOf(location, profile);
  try {
    createFolder(location.folder);
    await withFileLock(location, `${location.file}.lock`, () => replaceFile(path, JSON.stringify(pending) + "\n"));
  } catch (error) {
    throw fileFailure(location, "written", error, shown);
  }
}

/** Reads the profile's pending login, if there is one. */
export function findPendingLogin(location: CredentialsLocation, profile: string): PendingLogin | null {
  const { path, shown } = placeOf(location, profile);
  try {
    const pending = parse(readSmallFile(path));
    if (pending !== null) return pending;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (!(error instanceof RangeError)) throw fileFailure(location, "read", error, shown);
    throw new ConfigurationError(`Can't read ${shown}: ${error.message}. Remove it and log in again.`);
  }
  throw new ConfigurationError(
    `The pending login of profile "${profile}" can't be read; log in again: fluxloop auth login --web --profile ${profile}`,
  );
}

/** Tells whether the profile's pending login has this device code. */
export function isPendingLogin(location: CredentialsLocation, profile: string, deviceCode: string): boolean {
  try {
    return findPendingLogin(location, profile)?.deviceCode === deviceCode;
  } catch {
    return false;
  }
}

/** Removes the profile's pending login if it has this device code. */
export function removePendingLogin(location: CredentialsLocation, profile: string, deviceCode: string): void {
  if (!isPendingLogin(location, profile, deviceCode)) return;
  const { path, shown } = placeOf(location, profile);
  try {
    removeStaleFile(path);
    removeIfThere(path);
  } catch (error) {
    throw fileFailure(location, "written", error, shown);
  }
}

/** Without `.json`, the file of a profile `x.new` would have the name of the temporary file of profile `x`. */
function placeOf({ folder, shown }: CredentialsLocation, profile: string) {
  const name = `pending-login.${fileNamePart(profile)}.json`;
  return { path: join(folder, name), shown: join(dirname(shown), name) };
}

function parse(text: string): PendingLogin | null {
  try {
    const value = JSON.parse(text);
    const isWhole = ["apiUrl", "deviceCode", "userCode"].every((it) => typeof value[it] === "string") &&
      typeof value.interval === "number" && value.interval > 0 && !Number.isNaN(Date.parse(value.expiresAt));
    return isWhole
      ? { ...value, verificationUrl: new URL(value.verificationUrl), expiresAt: new Date(value.expiresAt) }
      : null;
  } catch {
    return null; // The parser's message quotes the text, which is a secret.
  }
}
