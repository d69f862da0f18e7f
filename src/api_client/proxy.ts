/**
 * Finds the proxy for a request in the variables that curl and wget read. The runtime must not read them itself: it would
 * send loopback requests through the proxy, too.
 *
 * @module
 */
import type { Context, ProxyServer } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import { isLoopback } from "./api_url.ts";

const SCHEMES: readonly string[] = ["http:", "https:", "socks5:", "socks5h:"];

/** A proxy. */
export interface Proxy extends ProxyServer {
  /** The URL without the password, for messages. */
  readonly shown: string;
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; the lower-case form of each takes precedence.
 *
 * @returns The proxy for a URL, or `null`; loopback never has one.
 * @throws {ConfigurationError} When a variable isn't a valid proxy address.
 */
export function proxyFor(context: Context, url: URL): Proxy | null {
  if (isLoopback(url) || isExcepted(variable(context, "NO_PROXY")?.value ?? "", url)) return null;
  const own = variable(context, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  const chosen = own ?? variable(context, "ALL_PROXY");
  return chosen === null ? null : parseProxy(chosen.value, chosen.name);
}

function variable(context: Context, name: string): { readonly name: string; readonly value: string } | null {
  for (const it of [name.toLowerCase(), name]) {
    const value = context.env(it)?.trim();
    if (value) return { name: it, value };
  }
  return null;
}

/** Scheme, user name and password (up to the last `@`), host and port, and an ignored path. */
const ADDRESS = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@/?#]+)(?:\/(?!\/)[^@]*)?$/i;

/** Reads an address like curl, but accepts any character in the password: few people know percent-encoding. */
function parseProxy(text: string, origin: string): Proxy {
  const [, scheme = "http", user, host] = ADDRESS.exec(text.replace(/^(["'])(.*)\1$/, "$2")) ?? [];
  const url = URL.parse(`${scheme.toLowerCase()}://${host}`);
  if (host === undefined || url === null || url.hostname === "" || !SCHEMES.includes(url.protocol)) {
    // The value itself may hold a password.
    throw new ConfigurationError(
      `${origin} isn't a valid proxy address. Use the form http://<user>:<password>@proxy.example.com:8080, ` +
        "with special characters percent-encoded.",
    );
  }
  const [, name, rest] = /^([^:]*):?(.*)$/s.exec(user ?? "")!;
  const username = user === undefined ? null : decoded(name);
  const password = decoded(rest);
  const shownUser = username === null ? "" : `${encodeURIComponent(username)}${password === "" ? "" : ":****"}@`;
  return { url: url.href, username, password, shown: `${url.protocol}//${shownUser}${url.host}` };
}

/** Decodes percent-encoding; returns a text with an invalid escape unchanged. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Searches `NO_PROXY`: hosts (with subdomains), `.suffix`, `*`, `host:port`, addresses and CIDR blocks, possibly quoted. */
function isExcepted(list: string, url: URL): boolean {
  const host = url.hostname.replace(/^\[|[\].]$/g, "");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list.split(/[\s,;"']+/).filter((it) => it !== "").some((it) => {
    if (it === "*") return true;
    const [, bare, only] = /^(.*?)(?::(\d+))?$/.exec(it)!;
    // The last group of an IPv6 address isn't a port.
    const [name, wanted] = isAddress(it) ? [it, undefined] : [bare, only];
    return (wanted === undefined || wanted === port) && matches(name.replace(/^\[|[\].]$/g, "").toLowerCase(), host);
  });
}

function matches(pattern: string, host: string): boolean {
  const [network, bits] = pattern.split("/");
  if (bits !== undefined) return isInBlock(host, network, Number(bits));
  // An IPv6 address has many spellings.
  if (isAddress(pattern)) return addressBits(pattern) === addressBits(host);
  const suffix = pattern.replace(/^\*?\./, "");
  return host === suffix || (!isAddress(host) && host.endsWith(`.${suffix}`));
}

function isAddress(text: string): boolean {
  return addressBits(text.replace(/^\[|\]$/g, "")) !== null;
}

function isInBlock(host: string, network: string, bits: number): boolean {
  const [address, start] = [addressBits(host), addressBits(network)];
  if (address === null || start === null || address.length !== start.length) return false;
  return Number.isInteger(bits) && bits >= 0 && address.slice(0, bits) === start.slice(0, bits);
}

/** Returns an IP address as 32 or 128 binary digits; `null` if it isn't one. */
function addressBits(text: string): string | null {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (four !== undefined) return four.every((it) => it < 256) ? four.map((it) => binary(it, 8)).join("") : null;
  if (!text.includes(":")) return null;
  try {
    // The URL parser normalizes IPv6 addresses.
    const [head, tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split("::");
    const groups = (part: string | undefined) => (part ? part.split(":") : []);
    const [before, after] = [groups(head), groups(tail)];
    const zeros = Array(8 - before.length - after.length).fill("0");
    return [...before, ...zeros, ...after].map((it) => binary(Number.parseInt(it, 16), 16)).join("");
  } catch {
    return null;
  }
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}
