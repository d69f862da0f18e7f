import type { LoginResult } from "../../auth/log_in.ts";
import type { Context } from "../../context.ts";
import { abandonedWarning } from "../../output/rotation.ts";
import { gitWarning, staleEntryWarning } from "../../output/warnings.ts";
import { warnOfOverride } from "../invocation.ts";
import type { Reporter } from "../reporter.ts";

/** Shows the warnings after a login. */
export function warnOfLogin(context: Context, reporter: Reporter, result: LoginResult): void {
  const { staleEntry, abandoned, exposure, savedTo } = result;
  if (staleEntry !== null) reporter.warn(staleEntryWarning(staleEntry.name, staleEntry.keychain));
  if (abandoned !== null) reporter.warn(abandonedWarning(abandoned));
  if (exposure !== null) reporter.warn(gitWarning(exposure));
  if (savedTo !== null) warnOfOverride(context, reporter);
}
