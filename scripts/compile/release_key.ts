/**
 * The public half of the key that releases are signed with. It is a file of the project, so that whoever compiles a tag gets
 * what the project released; the private half is the release workflow's secret and nowhere else.
 *
 * @module
 */

/** As `openssl pkey -in <private key> -pubout` writes it. */
const FILE = new URL("../../release/public_key.txt", import.meta.url);

/**
 * @returns The key as base64 of its SubjectPublicKeyInfo; `undefined` where the project has none: an executable without
 * one never replaces itself.
 * @throws {Error} When the file holds no Ed25519 key.
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
    throw new Error("release/public_key.txt holds no Ed25519 public key", { cause: error });
  }
}
