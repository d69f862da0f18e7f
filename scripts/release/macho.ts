/**
 * Checks an executable for macOS, on any operating system: the file must be complete, contain one program and have a valid
 * signature, because macOS kills programs with an invalid one.
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
/** `deno compile` stores the program in a segment with this name or, for x64, after this marker and its size in bytes. */
const PROGRAM_SEGMENT = "__SUI\0";
const PROGRAM_MARKER = Buffer.from("<~sui-data~>\xef\xbe\xad\xde", "latin1");
/** The bytes at the start and the end of the program. */
const PROGRAM_EDGE = "d3n0l4nd";

/** @throws {Error} With a message for the user, if macOS wouldn't run the file or the program in it. */
export function checkMachO(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.readUInt32LE(0) !== MAGIC) throw new Error("The executable isn't a Mach-O file.");
  const part = (start: number, size: bigint) => file.subarray(start, start + Number(size));
  const programs: Buffer[] = [];
  let [start, end] = [0, 0];
  let signature: number | null = null;
  for (const at of loadCommands(file)) {
    const kind = file.readUInt32LE(at);
    if (kind === LOAD_SIGNATURE) signature = file.readUInt32LE(at + 8);
    if (kind !== LOAD_SEGMENT) continue;
    // The last segment contains the symbols, the marker and the signature.
    start = Number(file.readBigUInt64LE(at + 40));
    end = start + Number(file.readBigUInt64LE(at + 48));
    // Reads the segment's only section, because the segment itself is padded to a page.
    const isProgram = file.toString("latin1", at + 8, at + 24).startsWith(PROGRAM_SEGMENT);
    if (isProgram) programs.push(part(file.readUInt32LE(at + 120), file.readBigUInt64LE(at + 112)));
  }
  if (end !== file.length) throw new Error(`The file has ${file.length} bytes, but its segments end at ${end}.`);

  for (let at = start; (at = file.indexOf(PROGRAM_MARKER, at)) >= 0;) {
    const size = at += PROGRAM_MARKER.length;
    programs.push(part(size + 8, file.readBigUInt64LE(size)));
  }
  if (programs.length !== 1) throw new Error(`The file contains ${programs.length} programs instead of one.`);
  const edges = [programs[0].subarray(0, PROGRAM_EDGE.length), programs[0].subarray(-PROGRAM_EDGE.length)];
  if (!edges.every((it) => it.toString() === PROGRAM_EDGE)) throw new Error("The program in the file is incomplete.");

  if (signature !== null) checkPages(file, signature);
  else if (file.readUInt32LE(4) === ARM64) throw new Error("The file has no signature, which arm64 requires.");
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
  if (directories.length === 0) throw new Error("The signature has no SHA-256 hashes.");
  for (const at of directories) {
    const hashes = at + file.readUInt32BE(at + 16);
    const [pages, limit, size] = [file.readUInt32BE(at + 28), file.readUInt32BE(at + 32), 2 ** file[at + 39]];
    if (limit !== signature || pages !== Math.ceil(limit / size)) {
      throw new Error("The signature doesn't cover all pages.");
    }
    for (let page = 0; page < pages; page++) {
      const digest = createHash("sha256").update(file.subarray(page * size, Math.min((page + 1) * size, limit)))
        .digest();
      const place = hashes + page * DIGEST_SIZE;
      if (!digest.equals(file.subarray(place, place + DIGEST_SIZE))) {
        throw new Error(`The signature doesn't match page ${page}.`);
      }
    }
  }
}
