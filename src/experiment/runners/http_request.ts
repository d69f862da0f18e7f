/**
 * What an agent's server is asked, made of the configuration's template and a run (hosted documentation: "HTTP
 * Server-Sent Events", "body_template").
 *
 * @module
 */
import { userAgent } from "../../build_info.ts";
import type { Context } from "../../context.ts";
import { ConfigurationError } from "../../errors.ts";
import type { HttpRunner, RunRequest } from "../model.ts";
import { inputMessage } from "./protocol.ts";

/** Makes the request of a run; a new one for each attempt, and for the address that a server redirects to. */
export type RequestMaker = (request: RunRequest, signal: AbortSignal, redirected?: URL) => Request;

/** `{{input}}` and its like; what an input itself holds of the kind stays as it is. */
const PLACE = /\{\{\s*(input|persona|iteration)\s*\}\}/g;
const WHOLE = /^\{\{\s*(input|persona|iteration)\s*\}\}$/;
/** The same in an address, where the braces of a path are escaped. */
const PLACE_IN_URL = /(?:\{\{|%7B%7B)(?:\s|%20)*(input|persona|iteration)(?:\s|%20)*(?:\}\}|%7D%7D)/gi;

interface Values {
  readonly input: string;
  readonly persona: string | null;
  readonly iteration: number;
}

/**
 * @param context The outside world.
 * @param configuration The server, and what is sent.
 * @returns What makes requests.
 * @throws {ConfigurationError} When a header or the method is none.
 */
export function requestMaker(context: Context, configuration: HttpRunner): RequestMaker {
  const { method, bodyTemplate, stream } = configuration;
  const hasBody = method !== "GET" && method !== "HEAD";
  const url = new URL(configuration.url);
  const headers = headersOf(configuration);
  if (!headers.has("user-agent")) headers.set("user-agent", userAgent(context.system));
  if (!headers.has("accept")) {
    headers.set("accept", stream === "sse" ? "text/event-stream" : "application/json, */*;q=0.8");
  }
  if (hasBody && !headers.has("content-type")) {
    headers.set("content-type", typeof bodyTemplate === "string" ? "text/plain;charset=UTF-8" : "application/json");
  }
  if (url.username !== "" || url.password !== "") {
    if (!headers.has("authorization")) headers.set("authorization", basic(url));
    [url.username, url.password] = ["", ""];
  }
  // What all have in common is checked and copied once; to name it anew takes a tenth of the time of a request.
  const common = new Request(url, { method, headers, redirect: "manual" });
  const address = hasPlaces(url.href) ? url.href : null;
  return (request, signal, redirected) => {
    const { input, iteration } = request;
    const values = { input: input.text, persona: input.persona?.name ?? null, iteration };
    const differing = { body: hasBody ? bodyOf(bodyTemplate, request, values) : null, signal };
    const other = redirected ?? (address === null ? null : filledAddress(address, values));
    // A request that is made of another one with a body would send it in chunks, which not every server takes.
    return other === null
      ? new Request(common, differing)
      : new Request(other, { method, headers, redirect: "manual", ...differing });
  };
}

function hasPlaces(address: string): boolean {
  return address.search(PLACE_IN_URL) !== -1;
}

function headersOf({ headers, method, url }: HttpRunner): Headers {
  try {
    const made = new Headers({ ...headers });
    new Request(url.origin, { method });
    return made;
  } catch {
    // The runtime's message would quote a header's value, which may be a secret.
    throw new ConfigurationError("runner.http.headers or runner.http.method holds what HTTP does not allow");
  }
}

function basic({ username, password }: URL): string {
  const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function filledAddress(address: string, values: Values): string {
  return address.replace(PLACE_IN_URL, (_, name) => encodeURIComponent(textOf(values, name.toLowerCase())));
}

function bodyOf(template: unknown, request: RunRequest, values: Values): string {
  if (template === null) return JSON.stringify(inputMessage(request));
  return typeof template === "string" ? filledText(template, values) : JSON.stringify(filled(template, values));
}

/** A text that is a place and nothing else becomes the value itself: the iteration a number, no persona `null`. */
function filled(template: unknown, values: Values): unknown {
  if (typeof template === "string") {
    const name = WHOLE.exec(template)?.[1];
    return name === undefined ? filledText(template, values) : values[name as keyof Values];
  }
  if (Array.isArray(template)) return template.map((it) => filled(it, values));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, it]) => [name, filled(it, values)]));
}

function filledText(template: string, values: Values): string {
  return template.replace(PLACE, (_, name) => textOf(values, name));
}

function textOf(values: Values, name: string): string {
  return `${values[name as keyof Values] ?? ""}`;
}
