/**
 * Explains why a connection failed. The runtime's own messages name system calls and addresses and differ between versions,
 * so they aren't shown, but searched for known words.
 *
 * @module
 */

import type { ConnectionFailure } from "../errors.ts";

/** Why an attempt to connect failed. */
export interface FailedAttempt extends ConnectionFailure {
  /** Whether another attempt may succeed. */
  readonly isTransient: boolean;
  /** Whether a proxy didn't open a tunnel. */
  readonly isTunnel?: boolean;
}

/** A server's response took too long. */
export class ResponseTimeoutError extends Error {
  /** @param missing What didn't arrive within `duration` milliseconds. */
  constructor(missing: string, duration: number) {
    const seconds = Math.round(duration / 10) / 100;
    super(`${missing} within ${seconds} ${seconds === 1 ? "second" : "seconds"}`);
  }
}

const TRANSIENT = { step: "connection", isSpecific: false, isTransient: true } as const;
const RESOLUTION = { ...TRANSIENT, step: "resolution" } as const;
const SPECIFIC = { ...TRANSIENT, isSpecific: true } as const;
const PERMANENT = { step: "connection", isSpecific: true, isTransient: false } as const;
const TUNNEL = { ...PERMANENT, isTunnel: true } as const;
const UNTRUSTED = { step: "tls", isSpecific: true, isTransient: false } as const;

/** Windows has messages in the user's language, so the error codes of Linux, macOS and Windows are searched for, too. */
const UNRESOLVED = /dns error|failed to lookup|os error 1100[1-4]\b/i;
const REFUSED = /connection refused|os error (?:111|61|10061)\b/i;
const UNREACHABLE = /unreachable|os error (?:101|113|51|65|10051|10065)\b/i;
const TIMED_OUT = /timed out|os error (?:110|60|10060)\b/i;

/** Words of the runtime's message, the reason to show, and the kind of failure. */
type Failure = readonly [RegExp, string, Omit<FailedAttempt, "reason">];

/** The first match counts, so a proxy's failures come before those of any connection. */
const FAILURES: readonly Failure[] = [
  [/proxy authentication required/i, "the proxy requires a user name and password (407)", TUNNEL],
  [/unsuccessful tunnel/i, "the proxy refuses to connect", TUNNEL],
  [/while tunneling|proxy server unreachable/i, "can't reach the proxy", PERMANENT],
  [/not valid yet|NotValidYet/i, "its certificate is not valid yet, or this machine's clock is wrong", UNTRUSTED],
  [
    /certificate expired|CertExpired|: Expired/i,
    "its certificate has expired, or this machine's clock is wrong",
    UNTRUSTED,
  ],
  [/CaUsedAsEndEntity|self.signed/i, "its certificate is self-signed", UNTRUSTED],
  [/UnknownIssuer|unknown authority/i, "its certificate isn't signed by a trusted authority", UNTRUSTED],
  [/NotValidForName|not valid for name/i, "its certificate belongs to another host", UNTRUSTED],
  [/InvalidPurpose|not intended for|extended key usage/i, "its certificate isn't for servers", UNTRUSTED],
  [
    /BadSignature|BadEncoding|UnsupportedCertVersion|UnsupportedSignature|CriticalExtension/i,
    "its certificate is damaged or of an unsupported kind",
    UNTRUSTED,
  ],
  [
    /certificate|tls|handshake|fatal alert|corrupt message|peer (?:is incompatible|misbehaved)/i,
    "the TLS handshake failed",
    UNTRUSTED,
  ],
  [/invalid HTTP|InvalidHttp/i, "its response isn't HTTP", PERMANENT],
  [/content-length parsed|head is too large|gzip|brotli|\bCRC\b/i, "its response is malformed", PERMANENT],
  [UNRESOLVED, "can't resolve its name", RESOLUTION],
  [REFUSED, "connection refused", TRANSIENT],
  [UNREACHABLE, "the network is unreachable", TRANSIENT],
  [TIMED_OUT, "the connection timed out", TRANSIENT],
  [
    /reset|broken pipe|closed before|unexpected eof|end of file|incomplete|reading a body|os error (?:10053|10054)\b/i,
    "the connection was closed early",
    SPECIFIC,
  ],
];

/** Failures that have another meaning with a proxy, such as a failed connection: it is the one to the proxy. */
const PROXY_FAILURES: readonly Failure[] = [
  [/password auth failure|invalid authentication values/i, "the proxy rejects the user name and password", PERMANENT],
  [/no acceptable auth|unknown auth method/i, "the proxy requires a user name and password", PERMANENT],
  [/not allowed by ruleset/i, "the proxy refuses to connect", PERMANENT],
  [
    /general socks|ttl expired|(?:network|host) unreachable|\): connection refused$/i,
    "the proxy can't connect to it",
    PERMANENT,
  ],
  [UNRESOLVED, "can't resolve the proxy's name", SPECIFIC],
  [/tcp connect|os error (?:111|61|10061)\b|unreachable|timed out/i, "can't reach the proxy", SPECIFIC],
];

/** Explains an error that `fetch`, or reading its body, threw. */
export function connectionFailure(error: unknown, isThroughProxy = false): FailedAttempt {
  if (error instanceof ResponseTimeoutError) return { reason: error.message, ...PERMANENT };
  const words = causeChain(error).join(" ");
  const known = isThroughProxy ? [...PROXY_FAILURES, ...FAILURES] : FAILURES;
  const [, reason, more] = known.find(([pattern]) => pattern.test(words)) ?? [null, "the connection failed", TRANSIENT];
  return { reason, ...more };
}

/** Returns the messages of an error and its causes, outermost first. */
export function causeChain(error: unknown): string[] {
  const messages: string[] = [];
  for (let it = error; it instanceof Error && messages.length < 10; it = it.cause) messages.push(it.message);
  return messages;
}
