/**
 * Whether a release is the project's own: `SHA256SUMS`, its signature, and the files that it names.
 *
 * @module
 */
import { ReleaseError } from "../errors.ts";
import { toHex } from "../text/hex.ts";

const LINE = /^([0-9a-f]{64}) [ *]([\w.+-]{1,200})$/;

/**
 * Verifies the signature of the list of checksums (Ed25519, RFC 8032, over its bytes), and reads it.
 *
 * @param sums The bytes of `SHA256SUMS`, as `sha256sum` writes it.
 * @param signature The bytes of `SHA256SUMS.sig`: base64.
 * @param publicKey Base64 of the key's SubjectPublicKeyInfo.
 * @returns SHA-256 in hexadecimal by file name.
 * @throws {ReleaseError} When the signature is not that key's, or the list cannot be read.
 */
export async function verifiedSums(
  sums: Uint8Array<ArrayBuffer>,
  signature: Uint8Array,
  publicKey: string,
): Promise<Map<string, string>> {
  const key = await crypto.subtle.importKey("spki", fromBase64(publicKey), "Ed25519", false, ["verify"]);
  if (!await crypto.subtle.verify("Ed25519", key, signatureOf(signature), sums)) throw unsigned();
  const files = new Map<string, string>();
  for (const line of new TextDecoder().decode(sums).split("\n")) {
    if (line === "") continue;
    const [, sum, name] = LINE.exec(line) ?? [];
    if (name === undefined || files.has(name)) throw new ReleaseError("Can't read the release's list of checksums");
    files.set(name, sum);
  }
  return files;
}

/**
 * @param bytes A file of the release.
 * @param sum What its SHA-256 has to be, in hexadecimal.
 * @param name The file's name, for the message.
 * @throws {ReleaseError} When it is another one.
 */
export async function requireSum(bytes: Uint8Array<ArrayBuffer>, sum: string, name: string): Promise<void> {
  const found = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  if (found !== sum) {
    throw new ReleaseError(`${name} is damaged: its checksum doesn't match`);
  }
}

function signatureOf(text: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(new TextDecoder().decode(text).replaceAll(/\s/g, ""));
  } catch {
    throw unsigned();
  }
}

function unsigned(): ReleaseError {
  return new ReleaseError("The release isn't signed with the project's key. Nothing was installed.");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
}
