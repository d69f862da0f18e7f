/**
 * Cleans up after an upgrade on Windows.
 *
 * @module
 */
import { replacedProgramPath } from "../paths.ts";

/** Removes the program that an upgrade replaced while it was running. */
export function removeReplacedProgram(): void {
  if (Deno.build.os !== "windows" || !Deno.build.standalone) return;
  try {
    Deno.removeSync(replacedProgramPath(Deno.execPath()));
  } catch {
    // It doesn't exist, or it is still running.
  }
}
