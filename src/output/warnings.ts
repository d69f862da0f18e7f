import type { GitExposure } from "../credentials/git_exposure.ts";
import { printable } from "../text/printable.ts";
import { octal } from "./phrases.ts";

/** Warns that other users can read the credentials file. */
export function insecureFileWarning(shown: string, mode: number): string {
  return `⚠️  Other users can read ${shown} (mode ${octal(mode)}). ` +
    `Run: chmod 600 ${shown}. The next login also corrects the permissions.\n`;
}

/** Warns that the keychain still has the previous key. */
export function staleEntryWarning(entry: string, keychain: string): string {
  return `⚠️  Can't remove the old key from ${keychain}. Delete the entry ${printable(entry)} there.\n`;
}

/** Warns that git would commit the credentials file. */
export function gitWarning({ workTree, line }: GitExposure): string {
  const [file, pattern] = [`${printable(workTree)}/.gitignore`, printable(line)];
  return `⚠️  Git would commit your credentials. Add this line to ${file}: ${pattern}\n`;
}

/** Warns that a variable overrides the saved credentials. */
export function overrideWarning(variable: string): string {
  return `⚠️  ${variable} is set: other commands use its key, not the saved ones, until you unset it.\n`;
}

/** Warns after a logout that a variable still has a key. */
export function stillSignedInWarning(variable: string): string {
  return `⚠️  ${variable} is still set, and commands use its key until you unset it.\n`;
}

/** Warns that the project in the current folder pins another profile. */
export function pinWarning(file: string): string {
  return `⚠️  In this project, ${printable(file)} pins another profile. To override it, pass --profile.\n`;
}

/** Warns that a variable overrides the profile that was named. */
export function profileOverrideWarning(variable: string, profile: string): string {
  return `⚠️  ${variable} is set and overrides profile "${profile}".\n`;
}
