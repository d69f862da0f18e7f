/**
 * `fluxloop apikeys`, as text and as JSON.
 *
 * @module
 */
import type { ListedKey } from "../api_client/api_keys.ts";
import type { CreatedKey, KeyList } from "../auth/manage_keys.ts";
import { expiryText, UNKNOWN, utcDate } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";

/** @returns A table for standard output, the key that was asked with marked with `*`. */
export function keysText({ keys, projects, ownId }: KeyList, now: Date): string {
  if (keys.length === 0) return "There are no keys that this one manages.\n";
  const names = new Map(projects.map((it) => [it.id, it.name]));
  const rows = keys.map((it) => [
    it.id === ownId ? "*" : "",
    printable(it.id),
    printable(it.name ?? UNKNOWN),
    it.prefix === null ? UNKNOWN : `${printable(it.prefix)}…`,
    it.lastUsedAt === null ? "never" : utcDate(it.lastUsedAt),
    expiryText(it.expiresAt, now),
    scopesText(it, names),
    it.permissions === null ? UNKNOWN : it.permissions.map(printable).join(", ") || "none",
  ]);
  const table = [["", "ID", "NAME", "API KEY", "LAST USED", "EXPIRES", "SCOPES", "PERMISSIONS"], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => [...row[column]].length)));
  const lines = table.map((row) =>
    row.map((cell, column) => cell + " ".repeat(widths[column] - [...cell].length)).join("  ").trimEnd()
  );
  return lines.join("\n") + "\n";
}

function scopesText({ scopes }: ListedKey, names: ReadonlyMap<string, string>): string {
  if (scopes === null) return UNKNOWN;
  if (scopes === "all_projects") return "all projects";
  return scopes.map((id) => printable(names.get(id) ?? id)).join(", ") || "none";
}

/** @returns The JSON document. */
export function keysJson({ keys, ownId }: KeyList): unknown {
  return {
    api_keys: keys.map((it) => ({
      id: it.id,
      name: it.name,
      prefix: it.prefix,
      current: it.id === ownId,
      created_at: it.createdAt?.toISOString() ?? null,
      expires_at: it.expiresAt instanceof Date ? it.expiresAt.toISOString() : null,
      last_used_at: it.lastUsedAt?.toISOString() ?? null,
      scopes: it.scopes,
      permissions: it.permissions,
    })),
  };
}

/** @returns What people are told of a new key, on standard error: the key itself goes to standard output alone. */
export function createdText({ name, login }: CreatedKey): string {
  const title = `"${printable(name)}"`;
  if (login === null) return `✅ Key ${title} was made. This is the only time that it is shown:\n`;
  return `✅ Key ${title} was made and saved to profile ${login.profile}\n`;
}

/** @returns The JSON document; with the whole key where that was not saved. */
export function createdJson({ id, name, key, login }: CreatedKey): unknown {
  const saved = login === null ? { api_key: key } : { masked: login.maskedKey, profile: login.profile };
  return { id, name, saved: login !== null, ...saved };
}

/** @returns The text for standard output. */
export function deletedText({ name, id }: ListedKey): string {
  return `✅ Key ${printable(name ?? id)} was deleted; it is not taken any more.\n`;
}
