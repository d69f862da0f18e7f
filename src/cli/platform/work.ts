/**
 * What the commands of `fluxloop platform` need when they run.
 *
 * @module
 */
export { join } from "@std/path";
export { requireCredentialsLocation } from "../../credentials/location.ts";
export { startLocalPlatform } from "../../embedded_platform/server.ts";
