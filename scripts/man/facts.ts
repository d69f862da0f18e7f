/**
 * Facts for the man pages that the command tree doesn't hold (docs/configuration.md, docs/troubleshooting.md).
 *
 * @module
 */

/** Exit codes, and when they come. */
export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, "Success."],
  [1, "The platform failed or sent an invalid response, or the system reported an error."],
  [
    2,
    "Invalid usage, environment, credentials file or fluxloop.yaml; or no key and no terminal to ask on.",
  ],
  [3, "Not logged in; the key is invalid, expired or revoked; or permission denied."],
  [4, "The platform can't be reached, or the request timed out."],
  [5, "A named profile, key, project, bundle version, result or release doesn't exist."],
  [10, "test: one or more runs failed."],
  [126, "auth exec: the system can't run the command."],
  [127, "auth exec: command not found."],
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
  ["FLUXLOOP_NO_UPDATE_CHECK", "1", "Turn off notices of new versions."],
  ["CI", "true", "Set in a CI job: open no browser and show no notice of new versions."],
  ["NO_COLOR", "1", "Turn off colors. TERM=dumb does the same."],
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
