/**
 * The results of `fluxloop apikeys`.
 *
 * @module
 */
import type { ListedKey } from "../api_client/api_keys.ts";
import type { CreatedKey, KeyList } from "../auth/manage_keys.ts";
import { expiryText, UNKNOWN, utcDate } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";
import { orUnknown, scopesText, timeJson } from "./phrases.ts";
import { tableText } from "./table.ts";

/** Renders a table of keys, the current one marked with `*`; `width` is the terminal's, or `null`. */
export function keysText({ keys, projects, ownId }: KeyList, now: Date, width: number | null): string {
  if (keys.length === 0) return "No API keys that you can manage.\n";
  const rows = keys.map((it) => [
    it.id === ownId ? "*" : "",
    printable(it.id),
    orUnknown(it.name),
    it.prefix === null ? UNKNOWN : `${printable(it.prefix)}…`,
    it.lastUsedAt === null ? "never" : utcDate(it.lastUsedAt),
    expiryText(it.expiresAt, now),
    scopesText(it.scopes, projects, "all projects"),
    it.permissions === null ? UNKNOWN : it.permissions.map(printable).join(", ") || "none",
  ]);
  return tableText([["", "ID", "NAME", "API KEY", "LAST USED", "EXPIRES", "SCOPES", "PERMISSIONS"], ...rows], width);
}

/** Renders the keys as JSON. */
export function keysJson({ keys, ownId }: KeyList): unknown {
  return {
    api_keys: keys.map((it) => ({
      id: it.id,
      name: it.name,
      prefix: it.prefix,
      current: it.id === ownId,
      created_at: timeJson(it.createdAt),
      expires_at: timeJson(it.expiresAt),
      last_used_at: timeJson(it.lastUsedAt),
      scopes: it.scopes,
      permissions: it.permissions,
    })),
  };
}

/** Announces a new key on standard error; only the key itself goes to standard output. */
export function createdText({ name, login }: CreatedKey): string {
  const title = `"${printable(name)}"`;
  if (login === null) return `✅ Created key ${title}. It is shown only once:\n`;
  return `✅ Created key ${title} and saved it to profile "${login.profile}"\n`;
}

/** Renders a new key as JSON; the whole key only if it wasn't saved. */
export function createdJson({ id, name, key, login }: CreatedKey): unknown {
  const saved = login === null ? { api_key: key } : { masked: login.maskedKey, profile: login.profile };
  return { id, name, saved: login !== null, ...saved };
}

/** Renders a deletion. */
export function deletedText({ name, id }: ListedKey): string {
  return `✅ Deleted key ${printable(name ?? id)}\n`;
}
