/**
 * Facts for the man pages that aren't in the command tree (see docs/configuration.md and docs/troubleshooting.md).
 *
 * @module
 */

/** Exit codes and their meanings. */
export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, "Success."],
  [1, "The platform failed or sent an invalid response, or the system reported an error."],
  [
    2,
    "Invalid usage, environment, credentials file or fluxloop.yaml; or no terminal for a prompt.",
  ],
  [
    3,
    "Not logged in; the login was denied; the key is invalid, expired or revoked, or expires within --fail-if-expires-in; or permission denied.",
  ],
  [4, "The platform can't be reached, or the request timed out."],
  [5, "A named profile, key, project, bundle version, result or release doesn't exist."],
  [10, "test: one or more runs failed."],
  [126, "auth exec: the system can't run the command."],
  [127, "auth exec: command not found."],
  [130, "Interrupted."],
];

/** Variables that every command reads, with their placeholders. */
export const ENVIRONMENT: readonly (readonly [string, string, string])[] = [
  ["HTTPS_PROXY", "url", "Proxy for requests, or else ALL_PROXY. Lower-case names take precedence."],
  ["NO_PROXY", "hosts", "Comma-separated hosts, suffixes, IP addresses and CIDR blocks that need no proxy."],
  ["SSL_CERT_FILE", "path", "Extra CA certificates to trust, in PEM format."],
  ["FLUXLOOP_NO_UPDATE_CHECK", "1", "Turn off notices of new versions."],
  ["CI", "true", "Set in a CI job: open no browser and show no notice of new versions."],
  ["NO_COLOR", "1", "Turn off colors, as does TERM=dumb."],
];

/** Files and their content. */
export const FILES: readonly (readonly [string, string])[] = [
  [
    "~/.fluxloop/credentials",
    "Saved profiles, as YAML; only you can read the file. FLUXLOOP_HOME names a folder to use instead of ~/.fluxloop.",
  ],
  ["~/.fluxloop/version-check.json", "When fluxloop next looks for a new version."],
  [".fluxloop/config.yaml", "In a project's folder, or a folder above: the profile that the project pins."],
  ["fluxloop.yaml", "Configuration of fluxloop test."],
];
