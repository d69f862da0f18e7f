/**
 * What the runtime says of a failed connection, in words for a person. Its own texts name system calls and addresses and
 * differ between versions; only their tell-tale words are used.
 *
 * @module
 */

const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/certificate.*expired|CertExpired|NotValidYet/i, "its certificate has expired or is not valid yet"],
  [/UnknownIssuer|self.signed|unknown authority/i, "its certificate is not signed by an authority known here"],
  [/NotValidForName|not valid for name/i, "its certificate belongs to another host"],
  [/certificate|tls|handshake|InvalidContentType/i, "no secure connection could be made"],
  [/dns error|failed to lookup|name or service not known|no such host/i, "its name cannot be resolved"],
  [/connection refused|os error 111|os error 61|os error 10061/i, "the connection was refused"],
  [/unreachable/i, "the network is unreachable"],
  [/timed out/i, "the connection timed out"],
  [/reset|broken pipe|closed before|unexpected eof|end of file|incomplete/i, "the connection was cut off"],
];

/**
 * @param error What `fetch`, or reading its body, threw.
 * @returns What happened, as a part of a sentence without a full stop.
 */
export function connectionFailure(error: unknown): string {
  const words = causeChain(error).join(" ");
  return FAILURES.find(([tell]) => tell.test(words))?.[1] ?? "the connection failed";
}

/** @returns The messages of an error and of all that caused it, outermost first. */
export function causeChain(error: unknown): string[] {
  const messages: string[] = [];
  for (let it = error; it instanceof Error && messages.length < 10; it = it.cause) messages.push(it.message);
  return messages;
}
