/**
 * Requests whose response is JSON, and the one that most commands make.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { type FluxloopError, NotFoundError, PlatformError } from "../errors.ts";
import { type Identity, identityOf, identityOfLists } from "./identity.ts";
import { jsonOf } from "./response.ts";
import { type Message, send, type Target } from "./transport.ts";

/**
 * Sends a request and reads the JSON of its response.
 *
 * @param notFound What a 404 means.
 * @throws {InvalidKeyError | PermissionDeniedError | NotFoundError | NetworkError | PlatformError}
 */
export async function request(
  context: Context,
  target: Target,
  message: Message,
  notFound?: FluxloopError,
): Promise<unknown> {
  return jsonOf(await send(context, target, message), target.apiUrl, notFound);
}

/**
 * Asks the platform whom a key belongs to (`GET /api/auth/me`). With an older platform, which doesn't have that path,
 * `GET /api/workspaces` and `GET /api/projects` verify the key.
 *
 * @throws {InvalidKeyError | PermissionDeniedError | NetworkError | PlatformError}
 */
export async function identify(context: Context, target: Target): Promise<Identity> {
  const get = (path: string, notFound?: FluxloopError) => request(context, target, { method: "GET", path }, notFound);
  try {
    return identityOf(await get("/api/auth/me"));
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  const noPlatform = new PlatformError(`${target.apiUrl.host} isn't a FluxLoop platform. Check the API URL.`);
  const lists = ["/api/workspaces", "/api/projects"].map((path) => get(path, noPlatform));
  const [workspaces, projects] = await Promise.all(lists);
  return identityOfLists(workspaces, projects);
}
