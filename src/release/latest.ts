/**
 * Which release is the latest.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError } from "../errors.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { redirectTarget } from "./download.ts";
import type { ReleaseSource } from "./public_key.ts";
import { isVersion } from "./version.ts";

/**
 * @param context The outside world.
 * @param releases Where releases come from.
 * @param options How requests are made.
 * @returns The version that the page of the latest release leads to.
 * @throws {NotFoundError} When there is none.
 * @throws {NetworkError | ReleaseError} When the page cannot be had.
 */
export async function latestVersion(
  context: Context,
  releases: ReleaseSource,
  options: RequestOptions & { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const page = await redirectTarget(
    context,
    new URL(`${releases.url}/latest`),
    (it) => taggedVersion(it) !== null,
    options,
  );
  const version = page === null ? null : taggedVersion(page);
  if (version !== null) return version;
  throw new NotFoundError(`No release found at ${releases.url}`);
}

function taggedVersion(page: URL): string | null {
  const version = /\/releases\/tag\/v([^/]+)$/.exec(page.pathname)?.[1];
  return version !== undefined && isVersion(version) ? version : null;
}
