/**
 * The checksums of a release and their signature.
 *
 * `checksums.ts --sign` signs `dist/release/SHA256SUMS` with the private key in FLUXLOOP_RELEASE_KEY (PKCS #8, PEM) and
 * writes `SHA256SUMS.sig`.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { CHECKSUMS, SIGNATURE } from "./names.ts";

const KEY_VARIABLE = "FLUXLOOP_RELEASE_KEY";
/** The public key, which is compiled into the program for `fluxloop upgrade`. */
const PUBLIC_KEY = "release/public_key.txt";

/** @returns The checksums of a folder's files in the format of `sha256sum`. */
export async function checksumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    names.toSorted().map(async (name) => {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
      return `${new Uint8Array(digest).toHex()}  ${name}\n`;
    }),
  );
  return lines.join("");
}

/** @returns The hexadecimal checksums in a text from {@linkcode checksumsOf}, by file name. */
export function readChecksums(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)].map(([, hash, name]) => [name, hash]));
}

/**
 * Reads the public key.
 *
 * @throws {Error} If the project has none.
 */
export async function publicKey(): Promise<KeyObject> {
  let text;
  try {
    text = await Deno.readTextFile(PUBLIC_KEY);
  } catch {
    throw new Error(`Can't read ${PUBLIC_KEY}. Programs need it to verify the release.`);
  }
  return ed25519Key(PUBLIC_KEY, () => createPublicKey(text));
}

/**
 * Signs with an Ed25519 key (PKCS #8, PEM).
 *
 * @returns The signature as Base64, with a line break.
 * @throws {Error} If the key is invalid. The message doesn't quote it.
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
      throw new Error(`${KEY_VARIABLE} doesn't match ${PUBLIC_KEY}.`);
    }
    await Deno.writeTextFile(`dist/release/${SIGNATURE}`, signature);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
