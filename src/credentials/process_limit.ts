import type { Context } from "../context.ts";
import { credentialsLocation } from "./location.ts";

/**
 * Gives up the permission to start processes, so that no key can be handed to one, unless a command needs it. Each command
 * declares its need once.
 *
 * @param need What processes are started for. For `keychain` the permission stays only where one is in use.
 * @param storage `--storage`, if the command has it.
 * @returns The context, for the command to run in.
 */
export function limitProcesses(context: Context, need: "nothing" | "keychain" | "anything", storage?: string): Context {
  const isNeeded = need === "anything" || (need === "keychain" && usesKeychain(context, storage));
  if (!isNeeded) context.renounceProcesses();
  return context;
}

/** Looks for the word alone: reading the file with care is the command's job. */
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
