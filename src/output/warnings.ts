/**
 * Warnings that go to standard error beside a command's result.
 *
 * @module
 */
import { printable } from "../text/printable.ts";

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

/** A rotation that was broken off, and that is not to be finished any more, as its profile was given up. */
export interface AbandonedRotation {
  readonly profile: string;
  /** The keys that may work on, as people find them on the platform's page. */
  readonly keys: readonly string[];
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

/** @returns The command that finishes a profile's rotation. */
export function rotateCommand(profile: string): string {
  return `fluxloop auth rotate${profile === "default" ? "" : ` --profile ${profile}`}`;
}

/** @returns A warning that a profile's rotation was broken off, or is under way elsewhere. */
export function unfinishedWarning(profile: string): string {
  return `⚠️  A rotation of profile ${printable(profile)} is not finished. Finish it: ${rotateCommand(profile)}\n`;
}

/** @returns A warning that nobody will finish a rotation any more. */
export function abandonedWarning({ profile, keys }: AbandonedRotation): string {
  const which = keys.length === 0 ? "A key that it may have made" : keys.map(printable).join(" and ");
  return `⚠️  The rotation of profile ${printable(profile)} that was not finished is given up. ` +
    `${which} may still be taken; delete what you do not use: fluxloop apikeys list, or the platform's page of API keys\n`;
}
