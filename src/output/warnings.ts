/**
 * Warnings that go to standard error beside a command's result.
 *
 * @module
 */
import { ROTATION_DAYS, type RotationReason } from "../auth/key_age.ts";
import type { GitExposure } from "../credentials/git_exposure.ts";
import { printable } from "../text/printable.ts";

/** @returns A warning that the credentials file can be read by others. */
export function insecureFileWarning(shown: string, mode: number): string {
  return `⚠️  ${shown} can be read by others (mode ${mode.toString(8).padStart(4, "0")}). ` +
    `Close it: chmod 600 ${shown}. The next login does so too.\n`;
}

/** @returns A warning that the profile's last keychain entry is still there. */
export function staleEntryWarning(store: string): string {
  return `⚠️  Can't remove the old key from ${store}. Delete it there.\n`;
}

/** @returns A warning that git would take the credentials file. */
export function gitWarning({ workTree, line }: GitExposure): string {
  return `⚠️  Git would commit your credentials. Add this line to ${printable(workTree)}/.gitignore: ${
    printable(line)
  }\n`;
}

/** @returns A warning that a variable overrides the saved credentials. */
export function overrideWarning(variable: string): string {
  return `⚠️  ${variable} is set and overrides the saved credentials.\n`;
}

/** @returns A warning that a variable goes on to sign in whoever has logged out. */
export function stillSignedInWarning(variable: string): string {
  return `⚠️  ${variable} is still set, and commands use its key. Unset it: unset ${variable}\n`;
}

/** @returns A warning that the project here pins a profile. */
export function pinWarning(file: string): string {
  return `⚠️  ${printable(file)} pins a profile, which overrides this one in the project.\n`;
}

/** @returns A warning that a key from the environment overrides the named profile. */
export function profileOverrideWarning(variable: string, profile: string): string {
  return `⚠️  ${variable} is set and overrides profile "${profile}".\n`;
}

/** @returns A command of `fluxloop auth` for a profile. */
export function profileCommand(command: string, profile: string): string {
  return `fluxloop auth ${command}${profile === "default" ? "" : ` --profile ${profile}`}`;
}

/** @returns Why a key should be replaced, as the start of a sentence. */
export function rotationReasonText(reason: RotationReason): string {
  switch (reason) {
    case "expired":
      return "This key has expired";
    case "expires_soon":
      return "This key expires soon";
    case "old":
      return `This key is older than ${ROTATION_DAYS} days`;
  }
}
