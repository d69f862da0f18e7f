/**
 * Finds out why a proxy doesn't open a tunnel. The runtime doesn't tell the reason, and for a 407 over HTTP/1.0 not even
 * that the proxy refused. So the proxy is asked again, and the first line of its response is read.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { Proxy } from "./proxy.ts";

/** How long the proxy may take, in milliseconds. */
const TIMEOUT = 5_000;

/**
 * Asks a proxy for a tunnel as the runtime did (RFC 9110, 9.3.6). No key is sent, and nothing goes through the tunnel.
 *
 * @returns The reason, as a part of a sentence; `null` if it is unknown.
 */
export async function tunnelRefusal(
  context: Context,
  { url: proxy, username, password }: Proxy,
  url: URL,
  signal: AbortSignal,
): Promise<string | null> {
  const { protocol, hostname, port } = new URL(proxy);
  if (protocol !== "http:") return null;
  const target = `${url.hostname}:${url.port || "443"}`;
  const head = [
    `CONNECT ${target} HTTP/1.1`,
    `Host: ${target}`,
    ...(username === null ? [] : [`Proxy-Authorization: Basic ${basic(username, password)}`]),
  ];
  let line: string;
  try {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
    const host = hostname.replace(/^\[|\]$/g, "");
    line = await context.connect(host, Number(port) || 80, timeout, `${head.join("\r\n")}\r\n\r\n`);
  } catch {
    return null;
  }
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line)?.[1];
  if (status === undefined) return null;
  if (status === "407" || status === "401") {
    const reason = username === null ? "requires a user name and password" : "rejects the user name and password";
    return `the proxy ${reason} (${status})`;
  }
  if (status === "403" || status === "405") return `the proxy refuses to connect (${status})`;
  return status.startsWith("2") ? null : `the proxy can't connect to it (${status})`;
}

function basic(username: string, password: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)));
}
