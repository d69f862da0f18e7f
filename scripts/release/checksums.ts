/**
 * The list of a release's hashes, and its signature.
 *
 * Run by itself with `--sign`, it signs `dist/release/SHA256SUMS` with the private key in FLUXLOOP_RELEASE_KEY, PKCS #8 in
 * PEM form, into `SHA256SUMS.sig`.
 *
 * @module
 */
import { createPrivateKey, sign } from "node:crypto";
import { CHECKSUMS, SIGNATURE } from "./names.ts";

const KEY_VARIABLE = "FLUXLOOP_RELEASE_KEY";

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
    await Deno.writeTextFile(`dist/release/${SIGNATURE}`, signatureText(list, key));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
