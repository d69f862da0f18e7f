/**
 * The platform as the use cases see it.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError, PlatformError } from "../errors.ts";
import { jsonOf } from "./response.ts";
import { type Identity, identityOf, identityOfLists } from "./identity.ts";
import { get, type RequestOptions, type Target } from "./transport.ts";

/**
 * Asks the platform who a key belongs to (`GET /api/auth/me`). An older platform, which does not know that path, verifies
 * the key with `GET /api/workspaces` and `GET /api/projects`.
 *
 * @param context The outside world.
 * @param target The platform and the key.
 * @param requests How requests are made.
 * @returns What the platform tells.
 * @throws {InvalidKeyError | PermissionDeniedError} When the platform does not take the key.
 * @throws {NetworkError} When the platform cannot be reached.
 * @throws {PlatformError} When it fails or its answer cannot be read.
 */
export async function identify(context: Context, target: Target, requests?: RequestOptions): Promise<Identity> {
  const ask = async (path: string) => jsonOf(await get(context, target, path, requests), target.apiUrl);
  try {
    return identityOf(await ask("/api/auth/me"));
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  try {
    const [workspaces, projects] = await Promise.all([ask("/api/workspaces"), ask("/api/projects")]);
    return identityOfLists(workspaces, projects);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new PlatformError(`${target.apiUrl.host} answers, and is no FluxLoop platform; check the API URL`);
  }
}
