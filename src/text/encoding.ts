/** Decodes UTF-8, and UTF-16 with a byte-order mark, as PowerShell's `>` writes it. */
export function decodeText(bytes: Uint8Array<ArrayBuffer>): string {
  const [first, second] = bytes;
  const label = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(label).decode(bytes);
}
