/**
 * Certificates of the test's own, made with OpenSSL.
 *
 * @module
 */

/** A certificate and its key, in PEM form. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that nobody trusts by itself. */
export class Authority {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes an authority, in a folder that {@linkcode remove} removes. */
  static async create(): Promise<Authority> {
    const folder = await Deno.makeTempDir({ prefix: "fluxloop-ca-" });
    const made = [
      "req",
      "-x509",
      "-keyout",
      `${folder}/ca.key`,
      "-out",
      `${folder}/ca.pem`,
      "-days",
      "30",
      "-subj",
      "/CN=Test CA",
    ];
    await openssl(...made, ...NEW_KEY);
    return new Authority(folder);
  }

  /** The authority's own certificate, as a file. */
  get file(): string {
    return `${this.#folder}/ca.pem`;
  }

  /**
   * Signs a certificate.
   *
   * @param names Whom it is for, as OpenSSL writes it: `DNS:localhost`.
   * @param days How long it is good, from now on; one that is negative has expired.
   */
  async issue(names: string, days = 10): Promise<Certificate> {
    const path = `${this.#folder}/${crypto.randomUUID()}`;
    await openssl("req", "-keyout", `${path}.key`, "-out", `${path}.csr`, "-subj", "/CN=test", ...NEW_KEY);
    await Deno.writeTextFile(`${path}.ext`, `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`);
    const signer = ["-CA", this.file, "-CAkey", `${this.#folder}/ca.key`, "-CAcreateserial"];
    const sign = [
      "x509",
      "-req",
      "-in",
      `${path}.csr`,
      "-out",
      `${path}.pem`,
      "-extfile",
      `${path}.ext`,
      "-days",
      `${days}`,
    ];
    await openssl(...sign, ...signer);
    return await read(path);
  }

  /** Makes a certificate that nobody but itself has signed. */
  async selfSigned(names: string): Promise<Certificate> {
    const path = `${this.#folder}/${crypto.randomUUID()}`;
    const made = ["req", "-x509", "-keyout", `${path}.key`, "-out", `${path}.pem`, "-days", "10", "-subj", "/CN=test"];
    await openssl(...made, "-addext", `subjectAltName=${names}`, ...NEW_KEY);
    return await read(path);
  }

  /** Removes all that was made. */
  async remove(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

async function read(path: string): Promise<Certificate> {
  return { cert: await Deno.readTextFile(`${path}.pem`), key: await Deno.readTextFile(`${path}.key`) };
}

async function openssl(...args: string[]): Promise<void> {
  const output = await new Deno.Command("openssl", { args, stdin: "null", stdout: "null", stderr: "piped" }).output();
  if (!output.success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(output.stderr)}`);
}
