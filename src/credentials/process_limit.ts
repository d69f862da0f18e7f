import type { Context } from "../context.ts";
import { credentialsLocation } from "./location.ts";

/** What a command starts processes for. For `keychain`, it keeps the permission only if a keychain is in use. */
export type ProcessNeed = "nothing" | "keychain" | "anything";

/** Gives up the permission to start processes, so that no key can be passed to one, unless a command needs it. */
export function limitProcesses(context: Context, need: ProcessNeed, storage?: string): void {
  const isNeeded = need === "anything" || (need === "keychain" && usesKeychain(context, storage));
  if (!isNeeded) context.renounceProcesses();
}

/** Only searches the file for the word; the command itself reads and checks it. */
function usesKeychain(context: Context, storage: string | undefined): boolean {
  if ((storage ?? context.env("FLUXLOOP_STORAGE")?.trim()) === "keychain") return true;
  const location = credentialsLocation(context);
  try {
    return location !== null && Deno.statSync(location.file).isFile &&
      Deno.readTextFileSync(location.file).includes("keychain");
  } catch {
    return false;
  }
}
