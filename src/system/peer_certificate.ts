/**
 * Reads a server's certificate without verifying it. No key is sent over this connection; the requests that send one
 * verify the certificate themselves.
 *
 * @module
 */
import { connect } from "node:tls";
import type { PeerCertificate } from "../context.ts";
import { untilAborted } from "./signals.ts";

/** Implements {@linkcode Context.peerCertificate}. */
export async function peerCertificate(
  hostname: string,
  port: number,
  signal: AbortSignal,
): Promise<PeerCertificate | null> {
  signal.throwIfAborted();
  const received = Promise.withResolvers<PeerCertificate | null>();
  const socket = connect({ host: hostname, port, servername: serverName(hostname), rejectUnauthorized: false });
  socket.once("secureConnect", () => received.resolve(read(() => socket.getPeerCertificate())));
  socket.once("error", (error: Error) => received.reject(error));
  try {
    return await untilAborted(received.promise, signal);
  } finally {
    socket.destroy();
  }
}

/** An IP address isn't a server name (RFC 6066, section 3). */
function serverName(hostname: string): string {
  return /^[\d.]+$|:/.test(hostname) ? "" : hostname;
}

/** Returns `null` in older runtimes, whose `getPeerCertificate` returns nothing. */
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
