/**
 * `fluxloop platform serve` (design: platform-api.md, "The embedded platform").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { InterruptedError, UsageError } from "../../errors.ts";
import type { LocalPlatform } from "../../embedded_platform/server.ts";
import { jsonText } from "../../text/json.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";

interface ServeFlags extends GlobalOptions {
  readonly port: number;
  readonly data?: string;
  readonly ephemeral?: boolean;
}

/** @param context The outside world. */
export function serveCommand(context: Context) {
  return new Command()
    .description(
      "Run the embedded platform: the FluxLoop API on this machine, for trying out and for tests.\n\n" +
        "It listens on the loopback address alone, until it is stopped with Ctrl-C. A new data folder starts with an\n" +
        "example account, whose API key is shown once.",
    )
    .option("--port <n:integer>", "Port to listen on; 0 picks a free one.", { default: 8787 })
    .option("--data <folder:string>", "Folder that keeps the state. (Default: platform/ in the credentials' folder)")
    .option("--ephemeral", "Keep the state in memory; it is gone when the platform stops.", { conflicts: ["data"] })
    .option("--json", "Tell address and key as one line of JSON, once the platform listens.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder that holds platform/, instead of ~/.fluxloop.")
    .example("Start it", "fluxloop platform serve")
    .example("Start a throw-away one for a test", "fluxloop platform serve --port 0 --ephemeral --json")
    .action((options) => serve(context, options as ServeFlags));
}

async function serve(context: Context, options: ServeFlags): Promise<void> {
  context.renounceProcesses();
  const { port } = options;
  if (port < 0 || port > 65_535) throw new UsageError("--port takes a number from 0 to 65535");
  if (options.data?.startsWith("-")) throw new UsageError("--data takes a folder, not an option");
  const { join, requireCredentialsLocation, startLocalPlatform } = await import("./work.ts");
  const dataDir = options.ephemeral
    ? null
    : options.data ?? join(requireCredentialsLocation(context).folder, "platform");

  const { now, random } = context;
  const onSignIn = (link: string) => announceLink(context, options, link);
  const platform = await startLocalPlatform({ port, dataDir, now, random, onSignIn });
  try {
    announce(context, options, platform, dataDir);
    await stopOf(context);
    // That is how a server ends: nothing went wrong, and `--json` has had its one line.
    throw new ReportedFailure(new InterruptedError().exitCode);
  } finally {
    await platform.stop();
  }
}

function announce(context: Context, options: ServeFlags, platform: LocalPlatform, dataDir: string | null): void {
  const { url, apiKey, signInUrl } = platform;
  if (options.json) {
    context.stdout.write(jsonText({ url, api_key: apiKey, sign_in_url: signInUrl }, 0));
    return;
  }
  consoleFor(context, options).data(() =>
    [
      `✅ The embedded platform listens on ${url}`,
      dataDir === null ? "Its state is kept in memory." : `Its state is kept in ${dataDir}`,
      "",
      apiKey === null
        ? "Its API key was shown when the folder was made; another one can be made in the browser."
        : `API key (shown this once): ${apiKey}`,
      "",
      `Manage its keys in the browser (this link is good once): ${signInUrl}`,
      `Log in to it: fluxloop auth login --api-url ${url}`,
      "Stop it: Ctrl-C",
    ].join("\n") + "\n", () => null);
}

/** The link was used; whoever needs another browser finds the next one in the same place. */
function announceLink(context: Context, options: ServeFlags, link: string): void {
  if (options.json) return;
  consoleFor(context, options).data(
    () => `Signed in. For another browser (this link is good once): ${link}\n`,
    () => null,
  );
}

async function stopOf({ stopped }: Context): Promise<void> {
  if (stopped.aborted) return;
  await new Promise<void>((resolve) => stopped.addEventListener("abort", () => resolve(), { once: true }));
}
