/**
 * `fluxloop upgrade`, and the notice of a new version, as text and as JSON.
 *
 * @module
 */

/** What an upgrade came to. */
export interface UpgradeResult {
  /** The release that was looked at. */
  readonly version: string;
  /** The version of this program. */
  readonly current: string;
  /** Whether the release is newer than this program. */
  readonly isNewer: boolean;
  readonly isUpgraded: boolean;
  /** The executable. */
  readonly path: string;
  /** What upgrades it, where a package manager does. */
  readonly command?: string;
}

/** @returns The text for standard output. */
export function upgradeText({ version, current, isNewer, isUpgraded, path, command }: UpgradeResult): string {
  if (isUpgraded) return `✅ fluxloop ${version} is installed (it was ${current}): ${path}\n`;
  if (isNewer) return newVersionText(version, current, command);
  if (version === current) return `✅ fluxloop ${current} is up to date.\n`;
  return `fluxloop ${current} is newer than release ${version}; to have that: fluxloop upgrade --version ${version}\n`;
}

/** @returns The JSON document. */
export function upgradeJson({ version, current, isNewer, isUpgraded, path }: UpgradeResult): unknown {
  return { current, version, newer: isNewer, upgraded: isUpgraded, path };
}

/** @returns What tells that there is a newer version, and how to get it. */
export function newVersionText(version: string, current: string, command = "fluxloop upgrade"): string {
  return `fluxloop ${version} is out (this is ${current}). Upgrade: ${command}\n`;
}
