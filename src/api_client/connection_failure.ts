/**
 * Why a connection failed, in words for people. The runtime's own messages name system calls and addresses and differ
 * between versions, so only their telltale words are used.
 *
 * @module
 */

/** Why a connection failed. */
export interface ConnectionFailure {
  /** The step that failed. */
  readonly link: "resolution" | "connection" | "tls";
  /** Part of a sentence. */
  readonly reason: string;
  /** Whether the reason says more than that there is no connection. */
  readonly isTelling: boolean;
  /** Whether another attempt may succeed. */
  readonly isTransient: boolean;
  /** Whether a proxy didn't open a tunnel. */
  readonly isTunnel?: boolean;
}

/** A server's response took too long. */
export class SilenceError extends Error {
  /** @param missing What didn't come within `duration` milliseconds. */
  constructor(missing: string, duration: number) {
    const seconds = Math.round(duration / 10) / 100;
    super(`${missing} within ${seconds} ${seconds === 1 ? "second" : "seconds"}`);
  }
}

const TRANSIENT = { link: "connection", isTelling: false, isTransient: true } as const;
const LASTING = { link: "connection", isTelling: true, isTransient: false } as const;
const TUNNEL = { ...LASTING, isTunnel: true } as const;
const UNTRUSTED = { link: "tls", isTelling: true, isTransient: false } as const;

/** Windows says the rest in the user's language: only the codes of Linux, macOS and Windows can be recognized. */
const UNRESOLVED = /dns error|failed to lookup|os error 1100[1-4]\b/i;
const REFUSED = /connection refused|os error (?:111|61|10061)\b/i;
const UNREACHABLE = /unreachable|os error (?:101|113|51|65|10051|10065)\b/i;
const TIMED_OUT = /timed out|os error (?:110|60|10060)\b/i;

/** The first match counts; failures of a proxy come before those of any connection. */
const FAILURES: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/proxy authentication required/i, { reason: "the proxy requires a user name and password (407)", ...TUNNEL }],
  [/unsuccessful tunnel/i, { reason: "the proxy refuses to connect", ...TUNNEL }],
  [/while tunneling|proxy server unreachable/i, { reason: "can't reach the proxy", ...LASTING }],
  [/not valid yet|NotValidYet/i, {
    reason: "its certificate is not valid yet. Check this machine's date and time",
    ...UNTRUSTED,
  }],
  [/certificate expired|CertExpired|: Expired/i, {
    reason: "its certificate has expired, or this machine's date and time are wrong",
    ...UNTRUSTED,
  }],
  [/CaUsedAsEndEntity|self.signed/i, { reason: "its certificate is self-signed", ...UNTRUSTED }],
  [/UnknownIssuer|unknown authority/i, {
    reason: "its certificate isn't signed by a trusted authority",
    ...UNTRUSTED,
  }],
  [/NotValidForName|not valid for name/i, { reason: "its certificate belongs to another host", ...UNTRUSTED }],
  [/InvalidPurpose|not intended for|extended key usage/i, {
    reason: "its certificate isn't for servers",
    ...UNTRUSTED,
  }],
  [/BadSignature|BadEncoding|UnsupportedCertVersion|UnsupportedSignature|CriticalExtension/i, {
    reason: "its certificate is damaged or of an unsupported kind",
    ...UNTRUSTED,
  }],
  [/certificate|tls|handshake|InvalidContentType/i, { reason: "the TLS handshake failed", ...UNTRUSTED }],
  [/invalid HTTP|InvalidHttp/i, { reason: "its response isn't HTTP", ...LASTING }],
  [UNRESOLVED, {
    reason: "can't resolve its name",
    ...TRANSIENT,
    link: "resolution",
  }],
  [REFUSED, { reason: "connection refused", ...TRANSIENT }],
  [UNREACHABLE, { reason: "the network is unreachable", ...TRANSIENT }],
  [TIMED_OUT, { reason: "the connection timed out", ...TRANSIENT }],
  [/reset|broken pipe|closed before|unexpected eof|end of file|incomplete|reading a body|os error (?:10053|10054)\b/i, {
    reason: "the connection was closed early",
    ...TRANSIENT,
    isTelling: true,
  }],
];

/** What some failures mean with a proxy: the connection that failed is the one to the proxy. */
const PROXY_FAILURES: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/password auth failure|invalid authentication values/i, {
    reason: "the proxy rejects the user name and password",
    ...LASTING,
  }],
  [/no acceptable auth|unknown auth method/i, {
    reason: "the proxy requires a user name and password",
    ...LASTING,
  }],
  [/not allowed by ruleset/i, { reason: "the proxy refuses to connect", ...LASTING }],
  [/general socks|ttl expired|(?:network|host) unreachable|\): connection refused$/i, {
    reason: "the proxy can't connect to it",
    ...LASTING,
  }],
  [UNRESOLVED, {
    reason: "can't resolve the proxy's name",
    ...TRANSIENT,
    isTelling: true,
  }],
  [/tcp connect|os error (?:111|61|10061)\b|unreachable|timed out/i, {
    reason: "can't reach the proxy",
    ...TRANSIENT,
    isTelling: true,
  }],
];

/** @returns Why `fetch`, or reading its body, threw `error`. */
export function connectionFailure(error: unknown, isThroughProxy = false): ConnectionFailure {
  if (error instanceof SilenceError) return { reason: error.message, ...LASTING };
  const words = causeChain(error).join(" ");
  const known = isThroughProxy ? [...PROXY_FAILURES, ...FAILURES] : FAILURES;
  return known.find(([tell]) => tell.test(words))?.[1] ?? { reason: "the connection failed", ...TRANSIENT };
}

/** @returns The messages of an error and its causes, outermost first. */
export function causeChain(error: unknown): string[] {
  const messages: string[] = [];
  for (let it = error; it instanceof Error && messages.length < 10; it = it.cause) messages.push(it.message);
  return messages;
}
