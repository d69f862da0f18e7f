/**
 * The public key for releases. It is part of the sources, so that compiling a tag gives the released program. The private
 * key exists only as a secret of the release workflow.
 *
 * @module
 */

/** The file, in the format of `openssl pkey -in <private key> -pubout`. */
const FILE = new URL("../../release/public_key.txt", import.meta.url);

/**
 * @returns The key as Base64 of its SubjectPublicKeyInfo; `undefined` if the project has none, in which case the program
 * can't upgrade itself.
 * @throws {Error} If the file isn't an Ed25519 public key.
 */
export async function releaseKey(): Promise<string | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(FILE);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const key = text.split("\n").filter((line) => !line.startsWith("-----")).join("").replaceAll(/\s/g, "");
  try {
    await crypto.subtle.importKey("spki", Uint8Array.fromBase64(key), "Ed25519", false, ["verify"]);
    return key;
  } catch (error) {
    throw new Error("release/public_key.txt isn't an Ed25519 public key", { cause: error });
  }
}
