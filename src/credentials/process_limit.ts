/**
 * What a command may start processes for. Everything else that handles a key must not be able to hand it to one.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { credentialsLocation } from "./location.ts";

/** What a command may start processes for. */
export type ProcessNeed = "nothing" | "keychain" | "anything";

/**
 * Gives up the power to start processes as far as a command doesn't need it. Each command declares its need once.
 *
 * @param context The outside world.
 * @param need What processes are started for. For `keychain` the power stays only where one is in use.
 * @param storage `--storage`, if the command has it.
 * @returns The context, for the command to run in.
 */
export function limitProcesses(context: Context, need: ProcessNeed, storage?: string): Context {
  const isNeeded = need === "anything" || (need === "keychain" && usesKeychain(context, storage));
  if (!isNeeded) context.renounceProcesses();
  return context;
}

/** Looks for the word alone: reading the file with care is the command's own business. */
function usesKeychain(context: Context, storage: string | undefined): boolean {
  if ((storage ?? context.env("FLUXLOOP_STORAGE")) === "keychain") return true;
  const location = credentialsLocation(context);
  try {
    return location !== null && Deno.statSync(location.file).isFile &&
      Deno.readTextFileSync(location.file).includes("keychain");
  } catch {
    return false;
  }
}
