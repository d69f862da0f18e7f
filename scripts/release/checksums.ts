/**
 * The checksums of a release, and their signature.
 *
 * `checksums.ts --sign` signs `dist/release/SHA256SUMS` with the private key in FLUXLOOP_RELEASE_KEY (PKCS #8, PEM) and
 * writes `SHA256SUMS.sig`.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { CHECKSUMS, SIGNATURE } from "./names.ts";

const KEY_VARIABLE = "FLUXLOOP_RELEASE_KEY";
/** The public half is compiled into the program: `fluxloop upgrade` verifies releases with it. */
const PUBLIC_KEY = "release/public_key.txt";

/** @returns The checksums of a folder's files, one line each, as `sha256sum --check` reads them. */
export async function checksumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    names.toSorted().map(async (name) => {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
      return `${new Uint8Array(digest).toHex()}  ${name}\n`;
    }),
  );
  return lines.join("");
}

/** @returns The hexadecimal checksum of each file name in the text that {@linkcode checksumsOf} writes. */
export function readChecksums(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)].map(([, hash, name]) => [name, hash]));
}

/**
 * Reads the key that programs verify releases with.
 *
 * @throws {Error} When the project has no such key.
 */
export async function publicKey(): Promise<KeyObject> {
  let text;
  try {
    text = await Deno.readTextFile(PUBLIC_KEY);
  } catch {
    throw new Error(`Can't read ${PUBLIC_KEY}: without it, programs can't verify the release.`);
  }
  return ed25519Key(PUBLIC_KEY, () => createPublicKey(text));
}

/**
 * Signs with an Ed25519 key (PKCS #8, PEM).
 *
 * @returns The signature as Base64, and a line end.
 * @throws {Error} When it isn't such a key. The message doesn't quote it.
 */
export function signatureText(bytes: Uint8Array, privateKey: string): string {
  const key = ed25519Key(KEY_VARIABLE, () => createPrivateKey(privateKey));
  return `${sign(null, bytes, key).toString("base64")}\n`;
}

function ed25519Key(source: string, read: () => KeyObject): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // The reason may quote the key.
  }
  throw new Error(`${source} isn't an Ed25519 key in PEM format.`);
}

if (import.meta.main) {
  try {
    if (Deno.args[0] !== "--sign") throw new Error("Usage: checksums.ts --sign");
    const key = Deno.env.get(KEY_VARIABLE);
    if (!key) throw new Error(`${KEY_VARIABLE} isn't set.`);
    const list = await Deno.readFile(`dist/release/${CHECKSUMS}`);
    const signature = signatureText(list, key);
    if (!verify(null, list, await publicKey(), Uint8Array.fromBase64(signature.trim()))) {
      throw new Error(`${KEY_VARIABLE} doesn't belong to ${PUBLIC_KEY}.`);
    }
    await Deno.writeTextFile(`dist/release/${SIGNATURE}`, signature);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
