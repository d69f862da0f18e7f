/**
 * What a server's certificate says of itself: {@linkcode Context.peerCertificate} of the real world. It is looked at and
 * not judged; the verdict is that of the request that carries the key, and no key goes over this connection.
 *
 * @module
 */
import { connect } from "node:tls";
import type { PeerCertificate } from "../context.ts";

/** See {@linkcode Context.peerCertificate}. */
export async function peerCertificate(
  hostname: string,
  port: number,
  signal: AbortSignal,
): Promise<PeerCertificate | null> {
  signal.throwIfAborted();
  const told = Promise.withResolvers<PeerCertificate | null>();
  const socket = connect({ host: hostname, port, servername: nameOf(hostname), rejectUnauthorized: false });
  socket.once("secureConnect", () => told.resolve(read(() => socket.getPeerCertificate())));
  socket.once("error", (error: Error) => told.reject(error));
  signal.addEventListener("abort", () => told.reject(signal.reason), { once: true });
  try {
    return await told.promise;
  } finally {
    socket.destroy();
  }
}

/** An address is no name that a server could be asked for (RFC 6066, 3). */
function nameOf(hostname: string): string {
  return /^[\d.]+$|:/.test(hostname) ? "" : hostname;
}

/** Older runtimes have the function and no answer. */
function read(
  certificate: () => { issuer?: { O?: unknown; CN?: unknown }; valid_to?: string },
): PeerCertificate | null {
  try {
    const { issuer, valid_to: end } = certificate();
    const name = [issuer?.O, issuer?.CN].find((it) => typeof it === "string" && it !== "");
    const expires = new Date(end ?? "");
    if (name === undefined || Number.isNaN(expires.getTime())) return null;
    return { issuer: String(name), expires };
  } catch {
    return null;
  }
}
