/**
 * `auth rotate` in this process, against an embedded platform of the test's own.
 *
 * @module
 */
import { afterEach, beforeEach } from "@std/testing/bdd";
import { ask, bearer } from "../embedded_platform/running_platform.ts";
import { listen, type Listener } from "./listener.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "./platform.ts";
import { type Outcome, Session } from "./session.ts";
import { leaveWorlds } from "./world.ts";

/** A key that the embedded platform makes. */
export const NEW_KEY = /^flux_dev_[a-z2-7]{32}$/;
/** A login through the browser, as a profile's fields. */
export const TOKENS =
  'access_token: fluxat_x\n    refresh_token: fluxrt_y\n    access_token_expires: "2024-01-22T13:00:00Z"';

/** The platform of the test that runs. */
export let platform: TestPlatform;

/** Starts a platform before each test of the current `describe`, and removes it with all homes afterwards. */
export function withPlatform(): void {
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(async () => {
    await platform.stop();
    leaveWorlds();
  });
}

/** @returns A home with these profiles at the platform, or at another. */
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

/** Runs `auth status` for a key at the platform. */
export function statusOf(key: string): Promise<Outcome> {
  return new Session().run(["auth", "status", "--api-key", key, "--api-url", platform.url]);
}

/** @returns A key and the valid keys that it created. */
export async function keysOf(key: string): Promise<{ readonly id: string; readonly name: string }[]> {
  return (await (await ask(platform, "/api/api-keys", bearer(key))).json()).api_keys;
}

/** @returns A key as it is shown. */
export function masked(key: string): string {
  return `${key.slice(0, key.lastIndexOf("_") + 5)}...${key.slice(-5)}`;
}

/** @returns Whether a rotation is not finished. */
export function isUnfinished(session: Session): boolean {
  return session.saved()?.includes("rotation:") ?? false;
}

/** Makes the home's rotation look interrupted: adds these fields of one to the default profile. */
export function leaveUnfinished(session: Session, fields: Readonly<Record<string, string>>): void {
  const lines = Object.entries(fields).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`);
  session.save(`${session.saved()}    rotation:\n${lines.join("")}`);
}

/** Responds in the platform's place, or leaves the request to it. */
export type Interference = (name: string, request: Request) => Response | undefined;

/**
 * @param answer Told of each request, such as `DELETE /api/api-keys/{id}`.
 * @returns What passes requests on to the platform, and answers some itself.
 */
export function between(answer: Interference): Listener {
  return listen(async (request) => {
    const { pathname } = new URL(request.url);
    const own = answer(`${request.method} ${pathname.replace(/key_\d+/, "{id}")}`, request);
    if (own !== undefined) return own;
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.method === "GET" ? undefined : await request.text();
    return await ask(platform, pathname, { method: request.method, headers, body: body === "" ? undefined : body });
  });
}
