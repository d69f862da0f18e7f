import type { UpgradeResult } from "../release/upgrade.ts";

/** Renders the result of `fluxloop upgrade`, and the notice of a new version. */
export function upgradeText({ version, current, isNewer, isUpgraded, path, command }: UpgradeResult): string {
  if (isUpgraded) return `✅ Upgraded fluxloop from ${current} to ${version}: ${path}\n`;
  if (isNewer) {
    return `fluxloop ${version} is available (this is ${current}). Upgrade: ${command ?? "fluxloop upgrade"}\n`;
  }
  if (version === current) return `✅ fluxloop ${current} is up to date.\n`;
  return `fluxloop ${current} is newer than the latest release. To install the latest release, run: fluxloop upgrade --version ${version}\n`;
}

/** Renders the result as JSON. */
export function upgradeJson({ version, current, isNewer, isUpgraded, path }: UpgradeResult): unknown {
  return { current, version, newer: isNewer, upgraded: isUpgraded, path };
}
