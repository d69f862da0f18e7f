/**
 * A minimal browser that keeps cookies, opens links and submits forms.
 *
 * @module
 */
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import { ask } from "./running_platform.ts";

/** A received page. */
export interface Visit {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A visitor of a platform's pages. */
export class Visitor {
  readonly #platform: LocalPlatform;
  cookie = "";

  constructor(platform: LocalPlatform) {
    this.#platform = platform;
  }

  /** @returns A visitor who has signed in with the platform's first link. */
  static async signedIn(platform: LocalPlatform): Promise<Visitor> {
    const visitor = new Visitor(platform);
    await visitor.open(platform.signInUrl.slice(platform.url.length));
    return visitor;
  }

  /** Requests a page, without following redirects. */
  async open(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return await this.#send(path, { headers });
  }

  /** Sends a form as a browser does from one of the platform's own pages. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>> = {},
    headers: Record<string, string> = {},
  ): Promise<Visit> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ form_token: await this.formToken(), ...fields })) {
      for (const one of [value].flat()) body.append(name, one);
    }
    return await this.#send(path, { method: "POST", body, headers: { origin: this.#platform.url, ...headers } });
  }

  /** @returns The token in every form of this session; empty if the visitor isn't signed in. */
  async formToken(): Promise<string> {
    const { text } = await this.open("/connect");
    return /name="form_token" value="([^"]*)"/.exec(text)?.[1] ?? "";
  }

  async #send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Visit> {
    const headers = { ...init.headers, ...(this.cookie === "" ? {} : { cookie: this.cookie }) };
    const response = await ask(this.#platform, path, { ...init, headers, redirect: "manual" });
    const cookie = response.headers.get("set-cookie");
    if (cookie !== null) this.cookie = cookie.split(";")[0];
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}
