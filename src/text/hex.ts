/** Encodes bytes in lower-case hexadecimal. Deno 2.5 has no `Uint8Array.prototype.toHex`. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
}
