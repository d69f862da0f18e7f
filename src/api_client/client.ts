/**
 * Sends requests whose response is JSON, including the one that most commands make.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { type FluxloopError, NotFoundError, PlatformError } from "../errors.ts";
import { inField, type Reader } from "./fields.ts";
import { type Identity, identity, organizations, projects, UNKNOWN_IDENTITY } from "./identity.ts";
import { CHECK_CONNECTION, jsonOf } from "./response.ts";
import { type Message, send, type Target } from "./transport.ts";

/** Sends a request and reads the JSON of its response. Throws what {@linkcode send} and {@linkcode jsonOf} throw. */
export async function request<T>(
  context: Context,
  target: Target,
  message: Message,
  read: Reader<T>,
  notFound?: FluxloopError,
): Promise<T> {
  return jsonOf(await send(context, target, message), target.apiUrl, read, notFound);
}

/**
 * Asks the platform who owns a key (`GET /api/auth/me`). On an older platform, which doesn't have that path,
 * `GET /api/workspaces` and `GET /api/projects` verify the key.
 */
export async function identify(context: Context, target: Target): Promise<Identity> {
  const get = <T>(path: string, read: Reader<T>, notFound?: FluxloopError) =>
    request(context, target, { method: "GET", path }, read, notFound);
  try {
    return await get("/api/auth/me", identity);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  const noPlatform = new PlatformError(
    `${target.apiUrl.host} doesn't respond like a FluxLoop platform (HTTP 404). ${CHECK_CONNECTION}`,
  );
  const [theirOrganizations, theirProjects] = await Promise.all([
    get("/api/workspaces", inField("workspaces", organizations), noPlatform),
    get("/api/projects", inField("projects", projects), noPlatform),
  ]);
  return { ...UNKNOWN_IDENTITY, organizations: theirOrganizations, projects: theirProjects };
}
