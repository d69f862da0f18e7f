import { assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { checkMachO } from "../../scripts/release/macho.ts";

const PAGE = 4096;
const PROGRAM = "d3n0l4nd program d3n0l4nd";

function numbers(...fields: (number | bigint | string)[]): Buffer {
  return Buffer.concat(fields.map((it) => {
    if (typeof it === "string") return Buffer.from(it.padEnd(16, "\0"));
    const field = Buffer.alloc(typeof it === "bigint" ? 8 : 4);
    if (typeof it === "bigint") field.writeBigUInt64LE(it);
    else field.writeUInt32LE(it);
    return field;
  }));
}

const segment = (name: string, start: number, size: number, section: Buffer = Buffer.alloc(0)) =>
  Buffer.concat([
    numbers(0x19, 72 + section.length, name, 0n, 0n, BigInt(start), BigInt(size), 0, 0, section.length && 1, 0),
    section,
  ]);
const program = (name: string) =>
  segment(name, PAGE, PAGE, numbers("d3n0l4nd", name, 0n, BigInt(PROGRAM.length), PAGE, 0, 0, 0, 0, 0, 0, 0));

/** @returns A file of two pages with one program and the signature of both pages. */
function machO({ segments = ["__SUI"], cpu = 0x0100000c, isSigned = true, mark = "" } = {}): Buffer {
  const code = Buffer.alloc(2 * PAGE);
  const directory = Buffer.alloc(44 + 64);
  for (const [at, value] of [[0, 0xfade0c02], [16, 44], [28, 2], [32, code.length]]) directory.writeUInt32BE(value, at);
  directory.set([32, 2, 0, 12], 36);
  const signature = Buffer.alloc(20);
  for (const [at, value] of [[0, 0xfade0cc0], [8, 1], [16, 20]]) signature.writeUInt32BE(value, at);

  const linked = segment("__LINKEDIT", 2 * PAGE, isSigned ? signature.length + directory.length : mark.length);
  const commands = [...segments.map(program), linked, ...(isSigned ? [numbers(0x1d, 16, code.length, 128)] : [])];
  const sizes = commands.reduce((sum, it) => sum + it.length, 0);
  code.set(Buffer.concat([numbers(0xfeedfacf, cpu, 0, 2, commands.length, sizes, 0, 0), ...commands]));
  code.write(PROGRAM, PAGE);
  for (const page of [0, 1]) {
    const digest = createHash("sha256").update(code.subarray(page * PAGE, (page + 1) * PAGE)).digest();
    directory.set(digest, 44 + 32 * page);
  }
  return Buffer.concat([code, ...(isSigned ? [signature, directory] : [Buffer.from(mark, "latin1")])]);
}

const X64 = { cpu: 0x01000007, segments: [], isSigned: false };
const MARKED = `<~sui-data~>\xef\xbe\xad\xde${String.fromCharCode(PROGRAM.length)}\0\0\0\0\0\0\0${PROGRAM}`;

function changed(file: Buffer, at: number): Buffer {
  file[at] ^= 1;
  return file;
}

describe("an executable for macOS", () => {
  const accepted: [string, Buffer][] = [["arm64", machO()], ["x64", machO({ ...X64, mark: MARKED })]];
  for (const [what, file] of accepted) it(`is accepted for ${what}`, () => checkMachO(new Uint8Array(file)));

  const rejected: [string, Buffer, string][] = [
    ["isn't a Mach-O file", Buffer.from("#!/bin/sh\n"), "isn't a Mach-O file"],
    ["is truncated", machO().subarray(0, -1), "its segments end at"],
    ["has trailing bytes", Buffer.concat([machO(), Buffer.alloc(1)]), "its segments end at"],
    ["contains no program", machO({ segments: ["__DATA"] }), "contains 0 programs"],
    ["contains two programs in segments", machO({ segments: ["__SUI", "__SUI"] }), "contains 2 programs"],
    ["contains two programs after markers", machO({ ...X64, mark: MARKED + MARKED }), "contains 2 programs"],
    ["contains a truncated program", machO({ ...X64, mark: MARKED.slice(0, -1) }), "is incomplete"],
    ["is unsigned and for arm64", machO({ isSigned: false }), "no signature"],
    ["has a changed header", changed(machO(), 24), "doesn't match page 0"],
    ["has a changed program", changed(machO(), 2 * PAGE - 1), "doesn't match page 1"],
  ];
  for (const [what, file, reason] of rejected) {
    it(`is rejected if it ${what}`, () => void assertThrows(() => checkMachO(new Uint8Array(file)), Error, reason));
  }
});
