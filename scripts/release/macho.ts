/**
 * What must be true of an executable for macOS, checked on any machine: the file is whole, holds one program, and its
 * signature fits its bytes, or macOS kills it at its start.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

const HEADER_SIZE = 32;
const MAGIC = 0xfeedfacf;
const ARM64 = 0x0100000c;
const LOAD_SEGMENT = 0x19;
const LOAD_SIGNATURE = 0x1d;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;
const DIGEST_SIZE = 32;
/** `deno compile` puts the program into a segment of this name, or, for x64, behind this mark and its length in bytes. */
const PROGRAM_SEGMENT = "__SUI\0";
const PROGRAM_MARK = Buffer.from("<~sui-data~>\xef\xbe\xad\xde", "latin1");
/** What the program starts and ends with. */
const PROGRAM_EDGE = "d3n0l4nd";

/** @throws {Error} With a sentence for a person, when macOS would not run the file, or not our program in it. */
export function checkMachO(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.readUInt32LE(0) !== MAGIC) throw new Error("The program isn't a Mach-O file.");
  const part = (start: number, size: bigint) => file.subarray(start, start + Number(size));
  const programs: Buffer[] = [];
  let [start, end] = [0, 0];
  let signature: number | null = null;
  for (const at of loadCommands(file)) {
    const kind = file.readUInt32LE(at);
    if (kind === LOAD_SIGNATURE) signature = file.readUInt32LE(at + 8);
    if (kind !== LOAD_SEGMENT) continue;
    // The last one holds the symbols, the mark, and the signature.
    start = Number(file.readBigUInt64LE(at + 40));
    end = start + Number(file.readBigUInt64LE(at + 48));
    // The segment's one section: the segment itself is filled up to a page.
    const isProgram = file.toString("latin1", at + 8, at + 24).startsWith(PROGRAM_SEGMENT);
    if (isProgram) programs.push(part(file.readUInt32LE(at + 120), file.readBigUInt64LE(at + 112)));
  }
  if (end !== file.length) throw new Error(`The program has ${file.length} bytes, and its segments end at ${end}.`);

  for (let at = start; (at = file.indexOf(PROGRAM_MARK, at)) >= 0;) {
    const size = at += PROGRAM_MARK.length;
    programs.push(part(size + 8, file.readBigUInt64LE(size)));
  }
  if (programs.length !== 1) throw new Error(`The file holds ${programs.length} programs instead of one.`);
  const edges = [programs[0].subarray(0, PROGRAM_EDGE.length), programs[0].subarray(-PROGRAM_EDGE.length)];
  if (!edges.every((it) => it.toString() === PROGRAM_EDGE)) throw new Error("The program in the file isn't whole.");

  if (signature !== null) checkPages(file, signature);
  else if (file.readUInt32LE(4) === ARM64) throw new Error("The program has no signature, which arm64 requires.");
}

function* loadCommands(file: Buffer): Iterable<number> {
  let at = HEADER_SIZE;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    yield at;
    at += file.readUInt32LE(at + 4);
  }
}

/** Compares each page's hash with the one in the signature. */
function checkPages(file: Buffer, signature: number): void {
  const parts = Array.from(
    { length: file.readUInt32BE(signature + 8) },
    (_, part) => signature + file.readUInt32BE(signature + 16 + 8 * part),
  );
  const directories = parts.filter((at) => file.readUInt32BE(at) === CODE_DIRECTORY && file[at + 37] === SHA256);
  if (directories.length === 0) throw new Error("The program's signature has no SHA-256 hashes.");
  for (const at of directories) {
    const hashes = at + file.readUInt32BE(at + 16);
    const [pages, limit, size] = [file.readUInt32BE(at + 28), file.readUInt32BE(at + 32), 2 ** file[at + 39]];
    if (limit !== signature || pages !== Math.ceil(limit / size)) {
      throw new Error("The program's signature doesn't cover all pages.");
    }
    for (let page = 0; page < pages; page++) {
      const digest = createHash("sha256").update(file.subarray(page * size, Math.min((page + 1) * size, limit)))
        .digest();
      const place = hashes + page * DIGEST_SIZE;
      if (!digest.equals(file.subarray(place, place + DIGEST_SIZE))) {
        throw new Error(`The program's signature doesn't match its page ${page}.`);
      }
    }
  }
}
