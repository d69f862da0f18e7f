import { unescape } from "node:querystring";
import { userAgent } from "../../build_info.ts";
import type { Context } from "../../context.ts";
import { mapTexts } from "../../text/json.ts";
import { type HttpRunner, RunError, type RunRequest } from "../model.ts";
import { inputMessage } from "./protocol.ts";

/** A placeholder. Those in an input's own text aren't filled. */
const PLACEHOLDER = /\{\{\s*(input|persona|iteration)\s*\}\}/g;
const WHOLE = /^\{\{\s*(input|persona|iteration)\s*\}\}$/;
/** A placeholder in a URL, where braces may be escaped. */
const PLACEHOLDER_IN_URL = /(?:\{\{|%7B%7B)(?:\s|%20)*(input|persona|iteration)(?:\s|%20)*(?:\}\}|%7D%7D)/gi;

type Values = Readonly<Record<string, string | number | null>>;

/**
 * Returns a function that creates a run's request (hosted documentation: "HTTP Server-Sent Events", "body_template"). It
 * throws a {@linkcode RunError} when the input can't be part of a URL.
 */
export function requestTemplate(
  context: Context,
  configuration: HttpRunner,
): (run: RunRequest) => { readonly url: URL; readonly init: RequestInit } {
  const { method, bodyTemplate, stream } = configuration;
  const url = new URL(configuration.url);
  const headers = new Headers({ ...configuration.headers });
  const setDefault = (name: string, value: string) => headers.has(name) || headers.set(name, value);
  const hasBody = method !== "GET";
  setDefault("user-agent", userAgent(context.system));
  setDefault("accept", stream === "sse" ? "text/event-stream" : "application/json, */*;q=0.8");
  if (hasBody) {
    setDefault("content-type", typeof bodyTemplate === "string" ? "text/plain;charset=UTF-8" : "application/json");
  }
  if (url.username !== "" || url.password !== "") setDefault("authorization", basic(url));
  [url.username, url.password] = ["", ""];
  return (run) => {
    const { input, iteration } = run;
    const values = { input: input.text, persona: input.persona?.name ?? null, iteration };
    const body = hasBody ? bodyOf(bodyTemplate, run, values) : null;
    return { url: filledUrl(url.href, values), init: { method, headers, body, redirect: "manual" } };
  };
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
    throw new RunError("http", "The input can't be part of a URL: it isn't valid Unicode (unpaired surrogate)");
  }
}

function bodyOf(template: unknown, request: RunRequest, values: Values): string {
  if (template === null) return JSON.stringify(inputMessage(request));
  return typeof template === "string" ? filledText(template, values) : JSON.stringify(filled(template, values));
}

/** A string that is only a placeholder becomes the value itself: a number for the iteration, `null` without a persona. */
function filled(template: unknown, values: Values): unknown {
  return mapTexts(template, (text) => {
    const name = WHOLE.exec(text)?.[1];
    return name === undefined ? filledText(text, values) : values[name];
  });
}

function filledText(template: string, values: Values): string {
  return template.replace(PLACEHOLDER, (_, name) => textOf(values, name));
}

function textOf(values: Values, name: string): string {
  return `${values[name] ?? ""}`;
}
