/**
 * What the runtime says of a failed connection, in words for a person. Its own texts name system calls and addresses and
 * differ between versions; only their tell-tale words are used.
 *
 * @module
 */

/** Which link of the chain broke. */
export type BrokenLink = "resolution" | "connection" | "tls";

/** What happened to a connection. */
export interface ConnectionFailure {
  readonly link: BrokenLink;
  /** As a part of a sentence, without a full stop. */
  readonly reason: string;
  /** Whether it says more than that there is no connection, so that a person can do something about it. */
  readonly isTelling: boolean;
  /** Whether another attempt may succeed. */
  readonly isTransient: boolean;
  /** Whether a proxy was asked for a tunnel and made none. */
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

/** Windows says the rest in the user's language: there only the codes can be recognized, of Linux, macOS and Windows. */
const UNRESOLVED = /dns error|failed to lookup|os error 1100[1-4]\b/i;
const REFUSED = /connection refused|os error (?:111|61|10061)\b/i;
const UNREACHABLE = /unreachable|os error (?:101|113|51|65|10051|10065)\b/i;
const TIMED_OUT = /timed out|os error (?:110|60|10060)\b/i;

/** The first that matches is told; what is about a proxy goes before what any connection may meet. */
const FAILURES: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/proxy authentication required/i, { reason: "the proxy requires a user name and a password (407)", ...TUNNEL }],
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
    reason: "its certificate is not signed by an authority known here",
    ...UNTRUSTED,
  }],
  [/NotValidForName|not valid for name/i, { reason: "its certificate belongs to another host", ...UNTRUSTED }],
  [/InvalidPurpose|not intended for|extended key usage/i, {
    reason: "its certificate is not meant for servers",
    ...UNTRUSTED,
  }],
  [/BadSignature|BadEncoding|UnsupportedCertVersion|UnsupportedSignature|CriticalExtension/i, {
    reason: "its certificate is damaged or of an unsupported kind",
    ...UNTRUSTED,
  }],
  [/certificate|tls|handshake|InvalidContentType/i, { reason: "no secure connection could be made", ...UNTRUSTED }],
  [/invalid HTTP|InvalidHttp/i, { reason: "its response is not HTTP", ...LASTING }],
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

/** What stands for other failures where a proxy is in between: the connection that failed was the one to the proxy. */
const PROXY_FAILURES: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/password auth failure|invalid authentication values/i, {
    reason: "the proxy rejects the user name and password",
    ...LASTING,
  }],
  [/no acceptable auth|unknown auth method/i, {
    reason: "the proxy requires a user name and a password",
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

/**
 * @param error What `fetch`, or reading its body, threw.
 * @param isThroughProxy Whether a proxy was in between.
 * @returns What happened.
 */
export function connectionFailure(error: unknown, isThroughProxy = false): ConnectionFailure {
  if (error instanceof SilenceError) return { reason: error.message, ...LASTING };
  const words = causeChain(error).join(" ");
  const known = isThroughProxy ? [...PROXY_FAILURES, ...FAILURES] : FAILURES;
  return known.find(([tell]) => tell.test(words))?.[1] ?? { reason: "the connection failed", ...TRANSIENT };
}

/** @returns The messages of an error and of all that caused it, outermost first. */
export function causeChain(error: unknown): string[] {
  const messages: string[] = [];
  for (let it = error; it instanceof Error && messages.length < 10; it = it.cause) messages.push(it.message);
  return messages;
}
