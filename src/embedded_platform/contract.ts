/**
 * Short names for the contract's types.
 *
 * @module
 */
import type { components } from "../api_client/openapi_types.ts";

/** The schemas of `contract/openapi.json`. */
export type Schemas = components["schemas"];
export type Account = Schemas["Account"];
export type Bundle = Schemas["Bundle"];
export type FieldError = Schemas["FieldError"];
export type Organization = Schemas["Organization"];
export type Permission = Schemas["Permission"];
export type Plan = Schemas["Plan"];
export type Project = Schemas["Project"];
export type ResultUpload = Schemas["ResultUpload"];
export type Scopes = Schemas["ApiKeyScopes"];
