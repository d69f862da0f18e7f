import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { decodeText } from "../../src/text/encoding.ts";

describe("text from another program", () => {
  const encodings: [string, number[]][] = [
    ["UTF-8", [0x6b, 0xc3, 0xa9, 0x0a]],
    ["UTF-8 with a byte order mark", [0xef, 0xbb, 0xbf, 0x6b, 0xc3, 0xa9, 0x0a]],
    ["UTF-16, as written by PowerShell", [0xff, 0xfe, 0x6b, 0x00, 0xe9, 0x00, 0x0a, 0x00]],
    ["big-endian UTF-16", [0xfe, 0xff, 0x00, 0x6b, 0x00, 0xe9, 0x00, 0x0a]],
  ];
  for (const [name, bytes] of encodings) {
    it(`is decoded from ${name}`, () => assertEquals(decodeText(Uint8Array.from(bytes)), "ké\n"));
  }
});
