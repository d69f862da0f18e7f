/**
 * Where releases of the program are, and the key that they are signed with. Neither can be changed from outside: what could
 * be set by a variable or an option could be set by somebody else.
 *
 * @module
 */

/** The compile task writes the key over this mark (`scripts/compile/bundle.ts`). */
const KEY_MARK = "__FLUXLOOP_RELEASE_KEY__";
/** Tests compile executables that look for releases elsewhere. */
const URL_MARK = "__FLUXLOOP_RELEASES_URL__";

/** Where releases come from, and how they are known to be the project's. */
export interface ReleaseSource {
  /** The page of all releases, without a slash at the end. */
  readonly url: string;
  /** The Ed25519 public key, as base64 of its SubjectPublicKeyInfo (RFC 8410); `null`: this build knows none. */
  readonly publicKey: string | null;
}

/** The releases of this build. */
export const RELEASES: ReleaseSource = {
  url: URL_MARK.startsWith("__") ? "https://github.com/fluxloop/fluxloop/releases" : URL_MARK,
  publicKey: KEY_MARK.startsWith("__") ? null : KEY_MARK,
};

/** What is known of the latest release, in the folder of the credentials. */
export const MEMORY_FILE = "latest-version.json";
