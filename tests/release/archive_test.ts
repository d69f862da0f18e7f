import { assertEquals, assertRejects } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { ReleaseError } from "../../src/errors.ts";
import { verifiedSums } from "../../src/release/archive.ts";

const SUMS = new TextEncoder().encode(`${"0".repeat(64)}  fluxloop.tar.gz\n`);

const base64 = (bytes: ArrayBuffer) => new Uint8Array(bytes).toBase64();

describe("a release's checksums", () => {
  let publicKey: string;
  let signature: Uint8Array;

  beforeAll(async () => {
    const key = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
    publicKey = base64(await crypto.subtle.exportKey("spki", key.publicKey));
    signature = new TextEncoder().encode(base64(await crypto.subtle.sign("Ed25519", key.privateKey, SUMS)));
  });

  it("are accepted with a valid signature", async () => {
    const sums = await verifiedSums(SUMS, signature, publicKey);
    assertEquals([...sums], [["fluxloop.tar.gz", "0".repeat(64)]]);
  });

  it("are rejected if one character has changed", async () => {
    const changed = SUMS.with(0, 0x31);
    await assertRejects(() => verifiedSums(changed, signature, publicKey), ReleaseError, "isn't signed");
  });
});
