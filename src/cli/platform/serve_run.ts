import { join } from "@std/path";
import type { Context } from "../../context.ts";
import { requireCredentialsLocation } from "../../credentials/location.ts";
import { limitProcesses } from "../../credentials/process_limit.ts";
import { type LocalPlatform, startLocalPlatform } from "../../embedded_platform/server.ts";
import { InterruptedError, SystemError, UsageError } from "../../errors.ts";
import { givenPath } from "../../paths.ts";
import { jsonText } from "../../text/json.ts";
import type { JsonOptions } from "../command.ts";
import { ReportedFailure } from "../reported_failure.ts";

interface ServeOptions extends JsonOptions {
  readonly port: string;
  readonly data?: string;
  readonly ephemeral?: boolean;
}

/** Runs `fluxloop platform serve`. */
export async function runServe(context: Context, options: ServeOptions): Promise<void> {
  limitProcesses(context, "nothing");
  const port = /^\d{1,5}$/.test(options.port) ? Number(options.port) : NaN;
  if (!(port <= 65_535)) throw new UsageError("--port must be a number from 0 to 65535");
  if (options.data?.startsWith("-")) throw new UsageError("--data requires a folder, not an option");
  const home = () => requireCredentialsLocation(context, "the platform's data", "pass --data <folder> or --ephemeral");
  const dataDir = options.ephemeral
    ? null
    : givenPath(context, options.data, "--data") ?? join(home().folder, "platform");

  const { now, random } = context;
  // Each link works only once; this is the next one.
  const onSignIn = (link: string) => {
    if (!options.json) context.stdout.write(`Signed in. Link for another browser (works once): ${link}\n`);
  };
  const platform = await startLocalPlatform({ port, dataDir, now, random, onSignIn });
  try {
    announce(context, options, platform, dataDir);
    await untilStopped(context);
    throw new ReportedFailure(new InterruptedError().exitCode);
  } finally {
    await platform.stop();
  }
}

function announce(context: Context, options: ServeOptions, platform: LocalPlatform, dataDir: string | null): void {
  const text = announcement(options, platform, dataDir);
  if (platform.apiKey === null) return context.stdout.write(text);
  try {
    context.stdout.deliver(text);
  } catch (cause) {
    if (!(cause instanceof SystemError)) throw cause;
    throw new SystemError(`${cause.message}. The new key ${platform.revokeApiKey()} was revoked.`, { cause });
  }
}

function announcement(options: ServeOptions, platform: LocalPlatform, dataDir: string | null): string {
  const { url, apiKey, signInUrl } = platform;
  return options.json ? jsonText({ url, api_key: apiKey, sign_in_url: signInUrl }, 0) : [
    `✅ The embedded platform is listening on ${url}`,
    dataDir === null ? "Data: in memory" : `Data: ${dataDir}`,
    "",
    apiKey === null
      ? "API key: printed when the data folder was created; create another one in the browser"
      : `API key (shown only once): ${apiKey}`,
    "",
    `Manage API keys in the browser (link works once): ${signInUrl}`,
    `Log in to it: fluxloop auth login --api-url ${url}`,
    "Press Ctrl-C to stop.",
  ].join("\n") + "\n";
}

async function untilStopped({ stopped }: Context): Promise<void> {
  if (stopped.aborted) return;
  await new Promise((resolve) => stopped.addEventListener("abort", resolve, { once: true }));
}
