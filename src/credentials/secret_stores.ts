/** What the name of every helper's program begins with. */
export const HELPER_PREFIX = "docker-credential-";

/** What people call the keychains, and where their helpers come from. */
export const STORES: Readonly<Record<string, { readonly title: string; readonly source: string }>> = {
  osxkeychain: { title: "the macOS Keychain", source: "Homebrew: docker-credential-helper" },
  wincred: { title: "the Windows Credential Manager", source: "it comes with Docker Desktop" },
  secretservice: { title: "the Secret Service", source: "Debian, Ubuntu: golang-docker-credential-helpers" },
  pass: { title: "the password store of pass", source: "Debian, Ubuntu: golang-docker-credential-helpers" },
};

/** @returns What people call the keychain that a helper opens, as a part of a sentence. */
export function storeTitle(helper: string): string {
  return Object.hasOwn(STORES, helper) ? STORES[helper].title : `the store of ${HELPER_PREFIX}${helper}`;
}
