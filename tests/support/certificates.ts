/**
 * Certificates for tests, issued by a test authority or self-signed.
 *
 * @module
 */
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, in PEM form. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Deviations from an ordinary, currently valid server certificate. */
export interface CertificateOptions {
  /** Start of its validity, in days from now. */
  readonly from?: number;
  /** End of its validity, in days from now. */
  readonly until?: number;
  /** Makes it a client certificate, which is invalid for a server. */
  readonly isClient?: boolean;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY = 24 * 60 * 60 * 1000;

/** A certificate authority that isn't in any system's trust store. */
export class Authority {
  private constructor(
    readonly folder: string,
    readonly keys: CryptoKeyPair,
    readonly certificate: X509Certificate,
  ) {}

  /** Creates an authority. {@linkcode remove} deletes the folder with its certificate. */
  static async create(): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: "CN=Test CA",
      ...validity({ until: 30 }),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    const authority = new Authority(await Deno.makeTempDir({ prefix: "fluxloop-ca-" }), keys, certificate);
    await Deno.writeTextFile(authority.file, `${certificate.toString("pem")}\n`);
    return authority;
  }

  /** The path of the authority's own certificate. */
  get file(): string {
    return `${this.folder}/ca.pem`;
  }

  /**
   * Signs a certificate.
   *
   * @param names Subject alternative names in OpenSSL's notation: `DNS:localhost,IP:127.0.0.1`.
   */
  async issue(names: string, options: CertificateOptions = {}): Promise<Certificate> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      subject: "CN=test",
      issuer: this.certificate.subject,
      ...validity(options),
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: extensionsFor(names, options),
    });
    return await asPem(certificate, keys);
  }

  /** Creates a self-signed certificate. */
  async selfSigned(names: string): Promise<Certificate> {
    const keys = await newKeys();
    const extensions = extensionsFor(names, {});
    const base = { name: "CN=test", ...validity({}), keys, signingAlgorithm: ALGORITHM };
    // Marked as an authority, as `openssl req -x509` does.
    return await asPem(
      await X509CertificateGenerator.createSelfSigned({
        ...base,
        extensions: [...extensions.slice(1), new BasicConstraintsExtension(true, undefined, true)],
      }),
      keys,
    );
  }

  /** Removes the authority's folder. */
  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function validity({ from = -1, until = 10 }: CertificateOptions): { notBefore: Date; notAfter: Date } {
  // The validity period must not be empty: an expired certificate was valid the day before.
  const start = Math.min(from, until - 1);
  return { notBefore: new Date(Date.now() + start * DAY), notAfter: new Date(Date.now() + until * DAY) };
}

function extensionsFor(names: string, { isClient }: CertificateOptions): Extension[] {
  const entries = names.split(",").map((it) => {
    const [kind, value] = it.split(/:(.*)/);
    return { type: kind === "IP" ? "ip" : "dns", value } as const;
  });
  return [
    new BasicConstraintsExtension(false),
    new SubjectAlternativeNameExtension(entries),
    ...(isClient ? [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])] : []),
  ];
}

async function asPem(certificate: X509Certificate, { privateKey }: CryptoKeyPair): Promise<Certificate> {
  const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  const base64 = btoa(String.fromCharCode(...der)).replaceAll(/.{64}/g, "$&\n");
  return {
    cert: `${certificate.toString("pem")}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`,
  };
}
