/**
 * Runs `auth rotate` in this process against an embedded platform.
 *
 * @module
 */
import { afterEach, beforeEach } from "@std/testing/bdd";
import { ask, bearer } from "../embedded_platform/running_platform.ts";
import { listen, type Listener } from "./listener.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "./platform.ts";
import { type Outcome, Session } from "./session.ts";
import { removeTestHomes } from "./world.ts";

/** A key created by the embedded platform. */
export const NEW_KEY = /^flux_dev_[a-z2-7]{32}$/;
/** The tokens of a browser login, as fields of a profile. */
export const TOKENS =
  'access_token: fluxat_x\n    refresh_token: fluxrt_y\n    access_token_expires: "2024-01-22T13:00:00Z"';

/** The current test's platform. */
export let platform: TestPlatform;

/** Starts a platform before each test of the current `describe`; stops it and removes all homes afterwards. */
export function withPlatform(): void {
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(async () => {
    await platform.stop();
    removeTestHomes();
  });
}

/** @returns A home with these profiles, by default for the current platform. */
export function homeWith(profiles: Readonly<Record<string, string>>, url = platform.url): Session {
  const session = new Session();
  const entry = ([name, fields]: [string, string]) => `  ${name}:\n    ${fields}\n    api_url: "${url}"\n`;
  session.save("profiles:\n" + Object.entries(profiles).map(entry).join(""));
  return session;
}

/** @returns A home whose default profile has this key. */
export function homeWithKey(key = DOCUMENTED_KEY, url = platform.url): Session {
  return homeWith({ default: `api_key: ${key}` }, url);
}

/** Runs `auth rotate`. */
export function rotate(session: Session, ...options: string[]): Promise<Outcome> {
  return session.run(["auth", "rotate", ...options]);
}

/** @returns The key in a profile. */
export async function keyIn(session: Session, profile = "default"): Promise<string> {
  return (await session.run(["auth", "token", "--profile", profile])).stdout.trim();
}

/** Runs `auth status` with a key. */
export function statusOf(key: string): Promise<Outcome> {
  return new Session().run(["auth", "status", "--api-key", key, "--api-url", platform.url]);
}

/** @returns A key and the valid keys that it created. */
export async function keysOf(key: string): Promise<{ readonly id: string; readonly name: string }[]> {
  return (await (await ask(platform, "/api/api-keys", bearer(key))).json()).api_keys;
}

/** @returns A key as the program displays it. */
export function masked(key: string): string {
  return `${key.slice(0, key.lastIndexOf("_") + 5)}...${key.slice(-5)}`;
}

/** @returns Whether a rotation is unfinished. */
export function isUnfinished(session: Session): boolean {
  return session.saved()?.includes("rotation:") ?? false;
}

/** Simulates an interrupted rotation: adds its fields to the default profile. */
export function addUnfinishedRotation(session: Session, fields: Readonly<Record<string, string>>): void {
  const lines = Object.entries(fields).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`);
  session.save(`${session.saved()}    rotation:\n${lines.join("")}`);
}

/** Responds instead of the platform, or returns `undefined` to forward the request. */
export type Interceptor = (name: string, request: Request) => Response | undefined;

/**
 * Starts a server that forwards requests to the platform, except those that `respond` responds to.
 *
 * @param respond Called with each request's name, such as `DELETE /api/api-keys/{id}`.
 */
export function intercept(respond: Interceptor): Listener {
  return listen(async (request) => {
    const { pathname } = new URL(request.url);
    const own = respond(`${request.method} ${pathname.replace(/key_\d+/, "{id}")}`, request);
    if (own !== undefined) return own;
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.method === "GET" ? undefined : await request.text();
    return await ask(platform, pathname, { method: request.method, headers, body: body === "" ? undefined : body });
  });
}
