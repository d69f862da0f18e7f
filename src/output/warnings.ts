/**
 * Warnings that go to standard error beside a command's result.
 *
 * @module
 */
import { printable } from "./printable.ts";

/** A credentials file that others than its owner may read or write. */
export interface LooseFile {
  /** The file, as people write it. */
  readonly shown: string;
  /** Its permission bits. */
  readonly mode: number;
}

/** A file that git would take. */
export interface GitExposure {
  /** The work tree's top folder. */
  readonly workTree: string;
  /** The line for the `.gitignore` there that keeps the file out. */
  readonly line: string;
}

/** @returns A warning that the credentials file can be read by others. */
export function looseFileWarning({ shown, mode }: LooseFile): string {
  return `⚠️  ${shown} can be read by others (mode ${mode.toString(8).padStart(4, "0")}). ` +
    `Close it: chmod 600 ${shown}. The next login does so too.\n`;
}

/** @returns A warning that an old key is still in the system's own store. */
export function leftBehindWarning(store: string): string {
  return `⚠️  The old key could not be removed from ${store}; delete it there.\n`;
}

/** @returns A warning that git would take the credentials file. */
export function gitWarning({ workTree, line }: GitExposure): string {
  return `⚠️  Git would commit your credentials. Add this line to ${printable(workTree)}/.gitignore: ${
    printable(line)
  }\n`;
}

/** @returns A warning that a variable stands over what is saved. */
export function overrideWarning(variable: string): string {
  return `⚠️  ${variable} is set: it is used instead of what is saved.\n`;
}

/** @returns A warning that a variable goes on to sign in whoever has logged out. */
export function stillSignedInWarning(variable: string): string {
  return `⚠️  ${variable} is set: commands go on to use its key, which logout cannot remove. Unset it: unset ${variable}\n`;
}

/** @returns A warning that the project here pins a profile. */
export function pinWarning(file: string): string {
  return `⚠️  ${printable(file)} pins a profile: in this project it is used instead.\n`;
}

/** @returns A warning that a key from the environment stands over the profile that was named. */
export function profileOverrideWarning(variable: string, profile: string): string {
  return `⚠️  ${variable} is set: its key is used instead of profile "${profile}".\n`;
}
