import type { NewVersion } from "../release/notice.ts";
import type { UpgradeResult } from "../release/upgrade.ts";

/** Renders the result of `fluxloop upgrade`. */
export function upgradeText(result: UpgradeResult): string {
  const { version, current, isNewer, isUpgraded, path } = result;
  if (isUpgraded) return `✅ Upgraded fluxloop from ${current} to ${version}: ${path}\n`;
  if (isNewer) return newVersionText(result);
  if (version === current) return `✅ fluxloop ${current} is up to date.\n`;
  return `fluxloop ${current} is newer than the latest release. To install that: fluxloop upgrade --version ${version}\n`;
}

/** Renders the result as JSON. */
export function upgradeJson({ version, current, isNewer, isUpgraded, path }: UpgradeResult): unknown {
  return { current, version, newer: isNewer, upgraded: isUpgraded, path };
}

/** Renders the notice of a new version. */
export function newVersionText({ version, current, command }: NewVersion): string {
  return `fluxloop ${version} is available (this is ${current}). Upgrade: ${command ?? "fluxloop upgrade"}\n`;
}
