/**
 * The request of a run, made from the configuration's template (hosted documentation: "HTTP Server-Sent Events",
 * "body_template").
 *
 * @module
 */
import { unescape } from "node:querystring";
import { userAgent } from "../../build_info.ts";
import type { Context } from "../../context.ts";
import type { HttpRunner, RunRequest } from "../model.ts";
import { HttpFault } from "./http_response.ts";
import { inputMessage } from "./protocol.ts";

/** `{{input}}` and its like. What an input itself contains of the kind stays as it is. */
const PLACEHOLDER = /\{\{\s*(input|persona|iteration)\s*\}\}/g;
const WHOLE = /^\{\{\s*(input|persona|iteration)\s*\}\}$/;
/** The same in a URL, where the braces of a path are escaped. */
const PLACEHOLDER_IN_URL = /(?:\{\{|%7B%7B)(?:\s|%20)*(input|persona|iteration)(?:\s|%20)*(?:\}\}|%7D%7D)/gi;

interface Values {
  readonly input: string;
  readonly persona: string | null;
  readonly iteration: number;
}

/** What each run's request is made from. */
export class RequestTemplate {
  readonly #configuration: HttpRunner;
  readonly #url: string;
  readonly #headers: Headers;
  readonly #hasBody: boolean;

  constructor(context: Context, configuration: HttpRunner) {
    const { method, bodyTemplate, stream } = configuration;
    const url = new URL(configuration.url);
    const headers = new Headers({ ...configuration.headers });
    const setDefault = (name: string, value: string) => headers.has(name) || headers.set(name, value);
    this.#hasBody = method !== "GET" && method !== "HEAD";
    setDefault("user-agent", userAgent(context.system));
    setDefault("accept", stream === "sse" ? "text/event-stream" : "application/json, */*;q=0.8");
    if (this.#hasBody) {
      setDefault("content-type", typeof bodyTemplate === "string" ? "text/plain;charset=UTF-8" : "application/json");
    }
    if (url.username !== "" || url.password !== "") setDefault("authorization", basic(url));
    [url.username, url.password] = ["", ""];
    this.#configuration = configuration;
    this.#url = url.href;
    this.#headers = headers;
  }

  /**
   * @returns The request of a run: where it goes, and the rest of it.
   * @throws {HttpFault} When the input can't be part of a URL.
   */
  fill(request: RunRequest): { readonly url: URL; readonly init: RequestInit } {
    const { method, bodyTemplate } = this.#configuration;
    const values = {
      input: request.input.text,
      persona: request.input.persona?.name ?? null,
      iteration: request.iteration,
    };
    const body = this.#hasBody ? bodyOf(bodyTemplate, request, values) : null;
    return { url: filledUrl(this.#url, values), init: { method, headers: this.#headers, body, redirect: "manual" } };
  }
}

function basic({ username, password }: URL): string {
  const bytes = new TextEncoder().encode(`${unescape(username)}:${unescape(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function filledUrl(template: string, values: Values): URL {
  try {
    return new URL(
      template.replace(PLACEHOLDER_IN_URL, (_, name) => encodeURIComponent(textOf(values, name.toLowerCase()))),
    );
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new HttpFault({
      kind: "http",
      message: "The input can't be part of a URL: it contains half a surrogate pair",
    });
  }
}

function bodyOf(template: unknown, request: RunRequest, values: Values): string {
  if (template === null) return JSON.stringify(inputMessage(request));
  return typeof template === "string" ? filledText(template, values) : JSON.stringify(filled(template, values));
}

/** A text that is nothing but a placeholder becomes the value itself: the iteration a number, no persona `null`. */
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
  return template.replace(PLACEHOLDER, (_, name) => textOf(values, name));
}

function textOf(values: Values, name: string): string {
  return `${values[name as keyof Values] ?? ""}`;
}
