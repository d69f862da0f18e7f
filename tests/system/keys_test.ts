import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { KeyReader } from "../../src/system/keys.ts";

/** @returns A reader of a terminal that delivers the text in chunks of `size` bytes and then ends. */
function readerOf(typed: string, size: number): KeyReader {
  let bytes = new TextEncoder().encode(typed);
  return new KeyReader((buffer) => {
    const chunk = bytes.subarray(0, size);
    bytes = bytes.subarray(size);
    buffer.set(chunk);
    return Promise.resolve(chunk.length === 0 ? null : chunk.length);
  });
}

async function keysOf(typed: string, size: number): Promise<string[]> {
  const reader = readerOf(typed, size);
  const keys: string[] = [];
  for (let key = await reader.next(); key !== null; key = await reader.next()) keys.push(key);
  return keys;
}

describe("the key reader", () => {
  const cases: [string, string, string[]][] = [
    ["characters of one to four bytes", "dé漢🙂", ["d", "é", "漢", "🙂"]],
    ["three arrow keys at once", "\x1b[B\x1b[B\x1b[B", ["\x1b[B", "\x1b[B", "\x1b[B"]],
    ["an arrow key in application mode", "\x1bOAx", ["\x1bOA", "x"]],
    ["keys with modifiers and numeric codes", "\x1b[1;5C\x1b[24~", ["\x1b[1;5C", "\x1b[24~"]],
    ["a mouse report as one key", "\x1b[<0;12;40Ma", ["\x1b[<0;12;40M", "a"]],
    ["a key with Alt as the key itself", "\x1bx", ["x"]],
    ["Ctrl-C after Escape", "\x1b\x03", ["\x03"]],
    ["only the text before Enter in a paste without markers", "one\rtwo\rthree", ["o", "n", "e", "\r"]],
    ["a line feed like Enter", "a\nb", ["a", "\n"]],
    ["a bracketed paste without its markers", "\x1b[200~ab\x1b[201~\r", ["a", "b", "\r"]],
    ["only the first line of a paste", "\x1b[200~\r\nab\r\ncd\x1b[201~e", ["a", "b", "e"]],
    ["a paste without its control characters", "\x1b[200~a\tb\x1b[31mc\x7f\x1b[201~", ["a", "b", "c"]],
    ["Ctrl-C in a paste that never ends", "\x1b[200~ab\x03", ["a", "b", "\x03"]],
    ["nothing of a truncated sequence", "a\x1b[1;", ["a"]],
  ];
  for (const size of [1, 8, 256]) {
    for (const [what, typed, keys] of cases) {
      it(`reads ${what}, in chunks of ${size} bytes`, async () => assertEquals(await keysOf(typed, size), keys));
    }
  }

  it("uses a pending read for the next key", async () => {
    const chunks = ["\r", "b"];
    const held = Promise.withResolvers<void>();
    const reader = new KeyReader(async (buffer) => {
      if (chunks.length === 1) await held.promise;
      return new TextEncoder().encodeInto(chunks.shift()!, buffer).written;
    });
    const enter = await reader.next();
    held.resolve();
    assertEquals([enter, await reader.next()], ["\r", "b"]);
  });
});
