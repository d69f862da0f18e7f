/**
 * The program out of a release's archive.
 *
 * @module
 */
import { unzipSync } from "fflate";
import { createTarDecoder } from "modern-tar";
import { ReleaseError } from "../errors.ts";

/** The largest program that is taken, in bytes; this one has a sixth of it. */
const LIMIT = 512 * 1024 * 1024;

/**
 * Takes the program out of an archive whose checksum was verified.
 *
 * @param archive The bytes of a `.tar.gz`, or of a `.zip`.
 * @param name The archive's file name.
 * @returns The program's bytes.
 * @throws {ReleaseError} When it cannot be read, or holds no program.
 */
export async function unpackProgram(archive: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array> {
  const stem = name.replace(/\.(?:tar\.gz|zip)$/, "");
  const program = name.endsWith(".zip") ? "fluxloop.exe" : "fluxloop";
  // At the top, or in a folder of the archive's own name.
  const isProgram = (path: string) => [program, `./${program}`, `${stem}/${program}`].includes(path);
  let found: Uint8Array | null;
  try {
    found = name.endsWith(".zip") ? fromZip(archive, isProgram) : await fromTar(archive, isProgram);
  } catch (error) {
    if (error instanceof ReleaseError) throw error;
    throw new ReleaseError(`Can't unpack ${name}`, { cause: error });
  }
  if (found === null || found.length === 0) throw new ReleaseError(`${name} doesn't contain ${program}`);
  return found;
}

function fromZip(archive: Uint8Array, isProgram: (path: string) => boolean): Uint8Array | null {
  const files = unzipSync(archive, {
    filter({ name, originalSize }) {
      if (isProgram(name) && originalSize > LIMIT) throw tooLarge();
      return isProgram(name);
    },
  });
  return Object.values(files)[0] ?? null;
}

async function fromTar(
  archive: Uint8Array<ArrayBuffer>,
  isProgram: (path: string) => boolean,
): Promise<Uint8Array | null> {
  const entries = new Blob([archive]).stream().pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(createTarDecoder());
  for await (const { header, body } of entries) {
    if (header.type === "file" && isProgram(header.name)) {
      if (header.size > LIMIT) throw tooLarge();
      return new Uint8Array(await new Response(body).arrayBuffer());
    }
    await body.cancel();
  }
  return null;
}

function tooLarge(): ReleaseError {
  return new ReleaseError("The release's program is too large");
}
