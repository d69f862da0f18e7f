/**
 * What the commands of `fluxloop apikeys` do, in one module: it is loaded when one of them runs.
 *
 * @module
 */
export { planLogin } from "../../auth/log_in.ts";
export { findKey, keyReach, makeKey, managedKeys, revokeKey } from "../../auth/manage_keys.ts";
export { resolveCredential } from "../../auth/resolve_credential.ts";
export { createdJson, createdText, deletedText, keysJson, keysText } from "../../output/api_keys.ts";
export { abandonedWarning } from "../../output/warnings.ts";
