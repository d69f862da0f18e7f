/**
 * Verifies and unpacks a release's files: `SHA256SUMS` with its signature, and the archive that contains the program.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { unzipSync } from "fflate";
import { createTarDecoder } from "modern-tar";
import { ReleaseError } from "../errors.ts";

/** The largest program, in bytes. */
const LIMIT = 512 * 1024 * 1024;
const REPORT = "Nothing was installed. Please report this: https://github.com/fluxloop/fluxloop/issues";
const LINE = /^([0-9a-f]{64}) [ *]([\w.+-]{1,200})$/;

/**
 * Reads the list of checksums after verifying its signature (Ed25519, RFC 8032).
 *
 * @param sums `SHA256SUMS`, as `sha256sum` writes it.
 * @param signature `SHA256SUMS.sig`, in base64.
 * @param publicKey Base64 of the key's SubjectPublicKeyInfo.
 * @returns SHA-256 in hexadecimal by file name.
 * @throws {ReleaseError} If the signature or the list is invalid.
 */
export async function verifiedSums(
  sums: Uint8Array<ArrayBuffer>,
  signature: Uint8Array,
  publicKey: string,
): Promise<Map<string, string>> {
  const key = await crypto.subtle.importKey("spki", fromBase64(publicKey), "Ed25519", false, ["verify"]);
  const bytes = fromBase64(new TextDecoder().decode(signature));
  if (!await crypto.subtle.verify("Ed25519", key, bytes, sums)) {
    throw new ReleaseError("The release isn't signed with the project's key. Nothing was installed.");
  }
  const files = new Map<string, string>();
  for (const line of new TextDecoder().decode(sums).trimEnd().split("\n")) {
    const [, sum, name] = LINE.exec(line) ?? [];
    if (name === undefined || files.has(name)) {
      throw new ReleaseError(`Can't read the release's list of checksums. ${REPORT}`);
    }
    files.set(name, sum);
  }
  return files;
}

/**
 * Extracts the program from an archive after verifying its checksum.
 *
 * @param archive The bytes of a `.tar.gz` or a `.zip`.
 * @param sum Its SHA-256, in hexadecimal.
 * @throws {ReleaseError} If the checksum is wrong, the archive can't be read, or it has no program.
 */
export async function unpackProgram(archive: Uint8Array<ArrayBuffer>, name: string, sum: string): Promise<Uint8Array> {
  if (new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex() !== sum) {
    throw new ReleaseError(`${name} is damaged: its checksum doesn't match. Try again.`);
  }
  const isZip = name.endsWith(".zip");
  const program = isZip ? "fluxloop.exe" : "fluxloop";
  // At the top level, or in a folder named like the archive.
  const paths = [program, `./${program}`, `${name.replace(/\.(?:tar\.gz|zip)$/, "")}/${program}`];
  const isProgram = (path: string, size: number) => {
    if (paths.includes(path) && size > LIMIT) throw new ReleaseError(`The release's program is too large. ${REPORT}`);
    return paths.includes(path);
  };
  let found: Uint8Array | null;
  try {
    found = isZip ? fromZip(archive, isProgram) : await fromTar(archive, isProgram);
  } catch (error) {
    throw error instanceof ReleaseError ? error : new ReleaseError(`Can't unpack ${name}. ${REPORT}`, { cause: error });
  }
  if (found === null || found.length === 0) throw new ReleaseError(`${name} doesn't contain ${program}. ${REPORT}`);
  return found;
}

type Filter = (path: string, size: number) => boolean;

function fromZip(archive: Uint8Array, isProgram: Filter): Uint8Array | null {
  const files = unzipSync(archive, { filter: ({ name, originalSize }) => isProgram(name, originalSize) });
  return Object.values(files)[0] ?? null;
}

async function fromTar(archive: Uint8Array<ArrayBuffer>, isProgram: Filter): Promise<Uint8Array | null> {
  const entries = new Blob([archive]).stream().pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(createTarDecoder());
  for await (const { header, body } of entries) {
    if (header.type === "file" && isProgram(header.name, header.size)) {
      return new Uint8Array(await new Response(body).arrayBuffer());
    }
    await body.cancel();
  }
  return null;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64"));
}
