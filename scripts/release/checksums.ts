/**
 * The list of a release's hashes, and its signature.
 *
 * Run by itself with `--sign`, it signs `dist/release/SHA256SUMS` with the private key in FLUXLOOP_RELEASE_KEY, PKCS #8 in
 * PEM form, into `SHA256SUMS.sig`.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { CHECKSUMS, SIGNATURE } from "./names.ts";

const KEY_VARIABLE = "FLUXLOOP_RELEASE_KEY";
/** The public half, which is compiled into the program: by it, `fluxloop upgrade` knows a release. */
const PUBLIC_KEY = "release/public_key.txt";

/**
 * @param folder Where the files are.
 * @param names Their names.
 * @returns The list, a line a file, as `sha256sum --check` reads it.
 */
export async function checksumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    names.toSorted().map(async (name) => {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
      return `${new Uint8Array(digest).toHex()}  ${name}\n`;
    }),
  );
  return lines.join("");
}

/**
 * @param text The list.
 * @returns The hash of each file in it, in hexadecimal.
 */
export function readChecksums(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)].map(([, hash, name]) => [name, hash]));
}

/**
 * @param signature The signature file's text.
 * @param bytes What was signed.
 * @param publicKey The text of `release/public_key.txt`.
 * @returns Whether programs with that key will take it.
 */
export function isSignedBy(signature: string, bytes: Uint8Array, publicKey: string): boolean {
  return verify(null, bytes, publicKeyOf(publicKey), Uint8Array.fromBase64(signature.trim()));
}

/**
 * Sees that this project has a key that its programs will know a release by.
 *
 * @returns The text of `release/public_key.txt`.
 * @throws {Error} When there is none, or it is no Ed25519 key.
 */
export async function requirePublicKey(): Promise<string> {
  let text;
  try {
    text = await Deno.readTextFile(PUBLIC_KEY);
  } catch {
    throw new Error(`There is no ${PUBLIC_KEY}: no program could tell that this release is the project's.`);
  }
  publicKeyOf(text);
  return text;
}

/** With the lines of PEM or without them. */
function publicKeyOf(text: string): KeyObject {
  const der = text.split("\n").filter((it) => !it.startsWith("-----")).join("").trim();
  let key;
  try {
    key = createPublicKey({ key: new Uint8Array(Uint8Array.fromBase64(der)) as never, format: "der", type: "spki" });
  } catch {
    throw new Error(`${PUBLIC_KEY} holds no public key.`);
  }
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${PUBLIC_KEY} holds no Ed25519 key.`);
  return key;
}

/**
 * @param bytes What to sign.
 * @param privateKey An Ed25519 key, PKCS #8 in PEM form.
 * @returns The signature file's text: the 64 bytes in Base64, and a line end.
 * @throws {Error} When that is not such a key; what it is, is not told.
 */
export function signatureText(bytes: Uint8Array, privateKey: string): string {
  let key;
  try {
    key = createPrivateKey(privateKey);
  } catch {
    throw new Error(`${KEY_VARIABLE} holds no private key in PEM form.`);
  }
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${KEY_VARIABLE} holds no Ed25519 key.`);
  return `${sign(null, bytes, key).toString("base64")}\n`;
}

if (import.meta.main) {
  try {
    const [option] = Deno.args;
    if (option !== "--sign") throw new Error("What is there to do? `--sign` signs dist/release/SHA256SUMS.");
    const key = Deno.env.get(KEY_VARIABLE);
    if (!key) throw new Error(`There is no ${KEY_VARIABLE} to sign with.`);
    const list = await Deno.readFile(`dist/release/${CHECKSUMS}`);
    const signature = signatureText(list, key);
    if (!isSignedBy(signature, list, await requirePublicKey())) {
      throw new Error(`${KEY_VARIABLE} is not the private half of ${PUBLIC_KEY}.`);
    }
    await Deno.writeTextFile(`dist/release/${SIGNATURE}`, signature);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
