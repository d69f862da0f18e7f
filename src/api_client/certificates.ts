/**
 * Certificate authorities to trust in addition to the runtime's and the system's. Verification can't be turned off.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import { pathFrom } from "../paths.ts";
import { decodeText } from "../text/encoding.ts";

/** The largest certificate file that is read, in bytes; the system's own bundles have a tenth of this size. */
const SIZE_LIMIT = 4 * 1024 * 1024;
const BEGIN = "-----BEGIN CERTIFICATE-----";
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/**
 * Reads the certificate files that the user has named.
 *
 * @param context Provides `FLUXLOOP_CA_FILE`, and OpenSSL's `SSL_CERT_FILE`.
 * @param option The value of `--ca-file`, which overrides `FLUXLOOP_CA_FILE`.
 * @returns Each file's certificates in PEM form.
 * @throws {ConfigurationError} When a file can't be read or holds no valid certificate.
 */
export function trustedCertificates(context: Context, option: string | undefined): string[] {
  const named: [string, string | undefined][] = [
    option === undefined ? ["FLUXLOOP_CA_FILE", context.env("FLUXLOOP_CA_FILE")?.trim()] : ["--ca-file", option],
    ["SSL_CERT_FILE", context.env("SSL_CERT_FILE")?.trim()],
  ];
  // CI systems pass an unset variable as an empty string.
  return named.flatMap(([origin, path]) => path ? [readCertificates(pathFrom(context, path, origin), origin)] : []);
}

function readCertificates(path: string, origin: string): string {
  const invalid = (reason: string, cause?: unknown) =>
    new ConfigurationError(`Can't use the certificate file ${path} from ${origin}: ${reason}`, { cause });
  let text: string;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw invalid("it isn't a regular file");
    if (size > SIZE_LIMIT) throw invalid(`it is larger than ${SIZE_LIMIT / 1024 / 1024} MiB`);
    text = decodeText(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw invalid(error instanceof Deno.errors.NotFound ? "no such file" : "it can't be read", error);
  }
  const blocks = [...text.matchAll(CERTIFICATE)].map(([, base64]) => derFrom(base64));
  if (blocks.length === 0) {
    throw invalid(text.includes(BEGIN) ? "its certificate is incomplete" : "it contains no PEM certificate");
  }
  // Encoded again, so that indentation and a byte-order mark don't matter.
  return blocks.map((it) => {
    if (it === null) throw invalid("its certificate is damaged");
    return `${BEGIN}\n${it.toBase64()}\n-----END CERTIFICATE-----\n`;
  }).join("");
}

/**
 * Decodes a certificate; returns `null` if it isn't base64, or was cut off and is shorter than its outermost header says
 * (X.690, 8.1).
 */
function derFrom(base64: string): Uint8Array | null {
  let der: Uint8Array;
  try {
    der = Uint8Array.fromBase64(base64);
  } catch {
    return null;
  }
  const lengthBytes = der[1] > 0x80 ? der[1] - 0x80 : 0;
  const length = lengthBytes === 0 ? der[1] : der.slice(2, 2 + lengthBytes).reduce((sum, it) => sum * 256 + it, 0);
  return der[0] === 0x30 && lengthBytes <= 4 && der.length === 2 + lengthBytes + length ? der : null;
}
