/**
 * Reads a server's certificate: {@linkcode Context.peerCertificate} of the real world. It isn't verified: that is up to the
 * request with the key, and no key is sent over this connection.
 *
 * @module
 */
import { connect } from "node:tls";
import type { PeerCertificate } from "../context.ts";
import { untilAborted } from "./signals.ts";

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
  try {
    return await untilAborted(told.promise, signal);
  } finally {
    socket.destroy();
  }
}

/** An IP address isn't a server name (RFC 6066, section 3). */
function nameOf(hostname: string): string {
  return /^[\d.]+$|:/.test(hostname) ? "" : hostname;
}

/** Older runtimes have the function, but it returns nothing. */
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
