/**
 * Certificate authorities to trust in addition to the runtime's and the system's. Verification can't be turned off.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import { pathFrom } from "../paths.ts";

/** The largest certificate file that is read, in bytes; the system's own bundles are a tenth of it. */
const SIZE_LIMIT = 4 * 1024 * 1024;
const BEGIN = "-----BEGIN CERTIFICATE-----";
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----/g;

/**
 * Reads the certificate files that the user has named.
 *
 * @param context Its environment names `FLUXLOOP_CA_FILE`, and `SSL_CERT_FILE` as OpenSSL defines it.
 * @param option The value of `--ca-file`, which overrides `FLUXLOOP_CA_FILE`.
 * @returns Each file's certificates in PEM form.
 * @throws {ConfigurationError} When a file can't be read or holds no valid certificate.
 */
export function trustedCertificates(context: Context, option: string | undefined): string[] {
  const named: [string, string | undefined][] = [
    option === undefined ? ["FLUXLOOP_CA_FILE", context.env("FLUXLOOP_CA_FILE")] : ["--ca-file", option],
    ["SSL_CERT_FILE", context.env("SSL_CERT_FILE")],
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
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw invalid(error instanceof Deno.errors.NotFound ? "no such file" : "it can't be read", error);
  }
  const blocks = [...text.matchAll(CERTIFICATE)].map(([, base64]) => base64.replaceAll(/\s/g, ""));
  if (blocks.length === 0) {
    throw invalid(text.includes(BEGIN) ? "its certificate is incomplete" : "it contains no PEM certificate");
  }
  if (!blocks.every(isDerSequence)) throw invalid("its certificate is damaged");
  // Written anew, so that indentation and a byte order mark don't matter.
  return blocks.map((it) => `${BEGIN}\n${it.replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`).join("");
}

/** Whether a certificate is as long as its outermost header says (X.690, 8.1): it was not cut off in the middle. */
function isDerSequence(base64: string): boolean {
  let der: string;
  try {
    der = atob(base64);
  } catch {
    return false;
  }
  const bytes = [...der.slice(0, 6)].map((it) => it.charCodeAt(0));
  const lengthBytes = bytes[1] > 0x80 ? bytes[1] - 0x80 : 0;
  const length = lengthBytes === 0 ? bytes[1] : bytes.slice(2, 2 + lengthBytes).reduce((sum, it) => sum * 256 + it, 0);
  return bytes[0] === 0x30 && lengthBytes <= 4 && der.length === 2 + lengthBytes + length;
}
