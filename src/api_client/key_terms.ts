/**
 * The permissions and environments of API keys (OpenAPI schemas `Permission` and `NewApiKey`).
 *
 * @module
 */
import type { components } from "./openapi_types.ts";

/** A key's permission. */
export type Permission = components["schemas"]["Permission"];
/** A key's intended use. */
export type KeyEnvironment = NonNullable<components["schemas"]["NewApiKey"]["environment"]>;

/** All permissions, in the order in which they are shown. */
export const PERMISSIONS: readonly Permission[] = [
  "read_scenarios",
  "upload_results",
  "create_scenarios",
  "delete_scenarios",
  "manage_projects",
];

/** All environments. */
export const KEY_ENVIRONMENTS: readonly KeyEnvironment[] = ["dev", "stg", "prod", "ci"];
