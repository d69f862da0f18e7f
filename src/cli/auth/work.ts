/**
 * What the commands of `fluxloop auth` do, in one module: it is loaded when one of them runs, and one file is loaded
 * faster than the ten that it would be cut into.
 *
 * @module
 */
export { parseApiKey } from "../../auth/api_key.ts";
export { checkAllStatuses, checkStatus, failIfExpiring } from "../../auth/check_status.ts";
export { executeWithKey } from "../../auth/execute.ts";
export { listProfiles } from "../../auth/list_profiles.ts";
export { logIn, planLogin } from "../../auth/log_in.ts";
export { logOut } from "../../auth/log_out.ts";
export { switchChoices, switchProfile } from "../../auth/switch_profile.ts";
export { resolveCredential } from "../../auth/resolve_credential.ts";
export { profilesJson, profilesText } from "../../output/profiles.ts";
export {
  loginJson,
  loginText,
  logoutJson,
  logoutText,
  switchJson,
  switchText,
  tokenJson,
  WELCOME,
} from "../../output/session.ts";
export { statusJson, statusText } from "../../output/status.ts";
export {
  abandonedWarning,
  gitWarning,
  leftBehindWarning,
  looseFileWarning,
  overrideWarning,
  pinWarning,
  profileOverrideWarning,
  stillSignedInWarning,
  unfinishedWarning,
} from "../../output/warnings.ts";
export { whoamiJson, whoamiText } from "../../output/whoami.ts";
export { identify } from "../../api_client/client.ts";
