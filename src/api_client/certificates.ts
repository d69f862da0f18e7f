/**
 * Certificate authorities beside those that the runtime and the system trust. There is no way to turn verification off.
 *
 * @module
 */
import { ConfigurationError } from "../errors.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----";
/** The largest file that is taken for certificates, in bytes; the system's own bundles are a tenth of it. */
const SIZE_LIMIT = 4 * 1024 * 1024;

/**
 * @param path A file with one or more certificates in PEM form.
 * @param origin Who named it, as a person knows it: `--ca-file`, `FLUXLOOP_CA_FILE`.
 * @returns Its text.
 * @throws {ConfigurationError} When it cannot be read, or holds no certificate.
 */
export function readCaFile(path: string, origin: string): string {
  let text: string;
  try {
    if (Deno.statSync(path).size > SIZE_LIMIT) throw new ConfigurationError(`${path} (${origin}) is too large`);
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : "it cannot be read";
    throw new ConfigurationError(`${path}, named by ${origin}: ${reason}`, { cause: error });
  }
  if (text.includes(CERTIFICATE)) return text;
  throw new ConfigurationError(`${path}, named by ${origin}, holds no certificate in PEM form`);
}
