import type { LoginResult } from "../../auth/log_in.ts";
import { abandonedWarning } from "../../output/rotation.ts";
import { gitWarning, overrideWarning, staleEntryWarning } from "../../output/warnings.ts";
import type { Reporter } from "../reporter.ts";

/** Shows the warnings after a login. */
export function warnOfLogin(reporter: Reporter, result: LoginResult): void {
  const { staleEntryIn, abandoned, exposure, savedTo, overriddenBy } = result;
  if (staleEntryIn !== null) reporter.warn(staleEntryWarning(staleEntryIn));
  if (abandoned !== null) reporter.warn(abandonedWarning(abandoned));
  if (exposure !== null) reporter.warn(gitWarning(exposure));
  if (savedTo !== null && overriddenBy !== null) reporter.warn(overrideWarning(overriddenBy));
}
