/**
 * The URL of the releases, and the key that signs them. Both are compiled in: if a variable or an option could set them, an
 * attacker could, too.
 *
 * @module
 */

/** The compile task replaces these placeholders (`scripts/compile/bundle.ts`): the key in releases, the URL in tests. */
const KEY_MARK = "__FLUXLOOP_RELEASE_KEY__";
const URL_MARK = "__FLUXLOOP_RELEASES_URL__";

/** Where releases come from. */
export interface ReleaseSource {
  /** The releases page, without a trailing slash. */
  readonly url: string;
  /** The Ed25519 public key: base64 of its SubjectPublicKeyInfo (RFC 8410). `null` in builds without a key. */
  readonly publicKey: string | null;
}

/** The releases of this build. */
export const RELEASES: ReleaseSource = {
  url: URL_MARK.startsWith("__") ? "https://github.com/fluxloop/fluxloop/releases" : URL_MARK,
  publicKey: KEY_MARK.startsWith("__") ? null : KEY_MARK,
};

/** Returns Homebrew's upgrade command, if Homebrew installed the executable at this absolute path. */
export function homebrewCommand(path: string): string | null {
  const isInFolder = /\/Cellar\/|^\/opt\/homebrew\/|^\/home\/linuxbrew\//.test(path);
  return isInFolder ? "brew upgrade fluxloop" : null;
}
