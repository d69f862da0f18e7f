import { identify } from "../../api_client/client.ts";
import type { Context } from "../../context.ts";
import { whoamiJson, whoamiText } from "../../output/whoami.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";

/** Runs `fluxloop auth whoami`. */
export async function runWhoami(context: Context, options: JsonOptions & { readonly apiKey?: string }): Promise<void> {
  const { reporter, credential } = invocation(context, options);

  const identity = await identify(context, await credential());

  reporter.data(() => whoamiText(identity), () => whoamiJson(identity));
}
