/**
 * What `fluxloop upgrade` does, in one module: it is loaded when the command runs.
 *
 * @module
 */
export { upgradeJson, upgradeText } from "../output/upgrade.ts";
export { thisInstallation } from "../release/installation.ts";
export { RELEASES } from "../release/public_key.ts";
export { upgrade } from "../release/upgrade.ts";
export { parseVersion } from "../release/version.ts";
export { showWait } from "./waiting.ts";
