/**
 * Which executable this program is, and whether Homebrew looks after it.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { ConfigurationError } from "../errors.ts";

/** The executable that runs. */
export interface Installation {
  /** Its absolute path, links resolved. */
  readonly path: string;
  /** What it was compiled for, as `deno compile --target` names it. */
  readonly target: string;
}

/** The command that upgrades what Homebrew has installed. */
export const BREW_UPGRADE = "brew upgrade fluxloop";
const BREW_FOLDERS = /\/Cellar\/|^\/opt\/homebrew\/|^\/home\/linuxbrew\//;

/**
 * Finds the executable that runs.
 *
 * @throws {ConfigurationError} When the program runs from source, or its file is gone.
 */
export function thisInstallation(): Installation {
  if (!Deno.build.standalone) {
    throw new ConfigurationError("fluxloop runs from source here. Upgrade with git pull.");
  }
  try {
    return { path: Deno.realPathSync(Deno.execPath()), target: Deno.build.target };
  } catch (error) {
    throw new ConfigurationError("The running fluxloop's file no longer exists. Install fluxloop again.", {
      cause: error,
    });
  }
}

/**
 * Tells whether Homebrew has installed an executable. Other package managers have no fluxloop; where one owns the folder,
 * it can't be written to.
 *
 * @param path The executable's absolute path, links resolved.
 */
export function isFromHomebrew(path: string): boolean {
  return BREW_FOLDERS.test(path);
}

/** @returns The name, beside the executable, that a new one has until it takes the place. */
export function freshName(path: string): string {
  // Windows runs nothing without its extension.
  return `${dirname(path)}/.new-${basename(path)}`;
}

/** @returns The name that Windows keeps the old one under while it runs. */
export function oldName(path: string): string {
  return `${dirname(path)}/.old-${basename(path)}`;
}
