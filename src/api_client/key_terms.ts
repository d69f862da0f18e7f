/**
 * What is said of API keys everywhere in the same words (OpenAPI document: `Permission`, `NewApiKey`).
 *
 * @module
 */
import type { components } from "./openapi_types.ts";

/** Something that a key may do. */
export type Permission = components["schemas"]["Permission"];
/** What a key is for: development, staging, production or continuous integration. */
export type KeyEnvironment = NonNullable<components["schemas"]["NewApiKey"]["environment"]>;

/** All permissions there are, in the order in which they are told. */
export const PERMISSIONS: readonly Permission[] = [
  "read_scenarios",
  "upload_results",
  "create_scenarios",
  "delete_scenarios",
  "manage_projects",
];

/** All environments there are. */
export const KEY_ENVIRONMENTS: readonly KeyEnvironment[] = ["dev", "stg", "prod", "ci"];
