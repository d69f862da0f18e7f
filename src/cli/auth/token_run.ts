import type { Context } from "../../context.ts";
import { tokenJson } from "../../output/session.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";

/** Runs `fluxloop auth token`. */
export async function runToken(context: Context, options: JsonOptions): Promise<void> {
  const { reporter, credential } = invocation(context, options);

  const found = await credential();

  reporter.deliver(() => `${found.key}\n`, () => tokenJson(found));
}
