/**
 * A login through the browser that nobody has approved yet, left behind for another run of the program
 * (`auth login --web --no-wait`, then `--resume`). It holds a secret: whoever has the device code gets the tokens.
 *
 * @module
 */
import { join } from "@std/path";
import { ConfigurationError } from "../errors.ts";
import { makeFolder, replaceFile } from "./atomic_file.ts";
import { fileFailure, textIfThere } from "./credentials_file.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";

/** What the next run has to know. */
export interface PendingLogin {
  readonly apiUrl: string;
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUrl: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Milliseconds between two questions. */
  readonly interval: number;
}

const TEXTS = ["apiUrl", "deviceCode", "userCode", "verificationUrl", "expiresAt"] as const;

/**
 * Leaves a login behind, in place of the profile's last one; readable by its owner alone.
 *
 * @throws {ConfigurationError | SystemError} When it cannot be written.
 */
export async function leavePendingLogin(
  location: CredentialsLocation,
  profile: string,
  pending: PendingLogin,
): Promise<void> {
  const path = pathOf(location, profile);
  try {
    makeFolder(location.folder);
    await withFileLock(`${location.file}.lock`, () => replaceFile(path, JSON.stringify(pending) + "\n"));
  } catch (error) {
    throw fileFailure(location, "written", error);
  }
}

/**
 * @returns The login that was left behind for a profile, or `null`.
 * @throws {ConfigurationError} When there is one that cannot be read.
 */
export function findPendingLogin(location: CredentialsLocation, profile: string): PendingLogin | null {
  const text = textIfThere(location, pathOf(location, profile));
  if (text === null) return null;
  const pending = parse(text);
  if (pending !== null) return pending;
  throw new ConfigurationError(`The login that was left behind for profile "${profile}" cannot be read; log in anew`);
}

/** @returns Whether it is the login with this device code that was left behind for a profile. */
export function isPendingLogin(location: CredentialsLocation, profile: string, deviceCode: string): boolean {
  try {
    return findPendingLogin(location, profile)?.deviceCode === deviceCode;
  } catch {
    return false;
  }
}

/** Removes the login with this device code, where it was left behind for a profile; another one stays. */
export function forgetPendingLogin(location: CredentialsLocation, profile: string, deviceCode: string): void {
  if (!isPendingLogin(location, profile, deviceCode)) return;
  try {
    Deno.removeSync(pathOf(location, profile));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileFailure(location, "written", error);
  }
}

function pathOf({ folder }: CredentialsLocation, profile: string): string {
  return join(folder, `pending-login.${profile}`);
}

function parse(text: string): PendingLogin | null {
  try {
    const value = JSON.parse(text);
    const isWhole = TEXTS.every((it) => typeof value?.[it] === "string") && URL.canParse(value.verificationUrl) &&
      typeof value.interval === "number" && value.interval > 0;
    return isWhole && !Number.isNaN(Date.parse(value.expiresAt)) ? value : null;
  } catch {
    return null; // The parser's message quotes the text, which is a secret.
  }
}
