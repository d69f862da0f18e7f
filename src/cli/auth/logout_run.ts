import { logOut } from "../../auth/log_out.ts";
import { overridingVariable } from "../../auth/resolve_credential.ts";
import type { Context } from "../../context.ts";
import { abandonedWarning } from "../../output/rotation.ts";
import { logoutJson, logoutText } from "../../output/session.ts";
import { stillSignedInWarning } from "../../output/warnings.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";

interface LogoutOptions extends JsonOptions {
  readonly all?: boolean;
  readonly revoke?: boolean;
}

/** Runs `fluxloop auth logout`. */
export async function runLogout(context: Context, options: LogoutOptions): Promise<void> {
  const own = invocation(context, options);
  const { reporter } = own;

  const { profile, all = false, revoke } = options;
  const result = await logOut(context, { profile, all, revoke, requests: revoke ? own.requests : undefined });

  reporter.result(() => logoutText(result), () => logoutJson(result));
  for (const rotation of result.abandoned) reporter.warn(abandonedWarning(rotation));
  const overriding = overridingVariable(context);
  if (overriding !== null) reporter.warn(stillSignedInWarning(overriding));
}
