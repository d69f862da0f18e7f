/**
 * Facts for the man pages that the command tree doesn't hold (docs/configuration.md, docs/troubleshooting.md).
 *
 * @module
 */

/** Exit codes, and when they come. */
export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, "Done."],
  [1, "The platform failed or answered what cannot be read, or the system did."],
  [
    2,
    "The command line, the environment, the credentials file or fluxloop.yaml is wrong; or there is no key and no terminal.",
  ],
  [3, "Not logged in, or the key is invalid, expired or revoked, or may not do this."],
  [4, "The platform cannot be reached, or does not answer in time."],
  [5, "What was named is not there: a profile, a key, a project, a bundle version, a result, a release."],
  [10, "test: one or more runs failed."],
  [126, "auth exec: the system refuses to run the command."],
  [127, "auth exec: there is no such command."],
  [130, "Interrupted."],
];

/** Variables that every command minds, with what stands for their values. */
export const ENVIRONMENT: readonly (readonly [string, string, string])[] = [
  [
    "HTTPS_PROXY",
    "url",
    "The proxy in front of the platform; ALL_PROXY where it is not set. Lower-case names go first.",
  ],
  ["NO_PROXY", "hosts", "Hosts, suffixes, addresses and CIDR blocks, between commas, that no proxy is asked for."],
  ["SSL_CERT_FILE", "path", "Certificate authorities to trust beside the system's, in PEM form."],
  ["FLUXLOOP_NO_UPDATE_CHECK", "1", "Neither ask for new versions nor tell of them."],
  ["CI", "true", "Set in a CI job: no browser is opened, and nothing is told of new versions."],
  ["NO_COLOR", "1", "No colour, on a terminal too. TERM=dumb does the same."],
];

/** Files, and what is in them. */
export const FILES: readonly (readonly [string, string])[] = [
  [
    "~/.fluxloop/credentials",
    "The saved profiles, as YAML, readable by their owner alone. FLUXLOOP_HOME names another folder.",
  ],
  ["~/.fluxloop/latest-version.json", "What is known of the latest release, and when a notice of it was last shown."],
  [".fluxloop/config.yaml", "In a project's folder or one above it: the profile that the project pins."],
  ["fluxloop.yaml", "What fluxloop test runs, and how."],
];
