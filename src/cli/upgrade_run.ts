import type { Context } from "../context.ts";
import { upgradeJson, upgradeText } from "../output/upgrade.ts";
import { RELEASES } from "../release/source.ts";
import { thisInstallation, upgrade } from "../release/upgrade.ts";
import { parseVersion } from "../release/version.ts";
import type { JsonOptions } from "./command.ts";
import { invocation } from "./invocation.ts";
import { showWait } from "./waiting.ts";

interface UpgradeOptions extends JsonOptions {
  readonly version?: string;
  readonly check?: boolean;
}

/** Runs `fluxloop upgrade`. */
export async function runUpgrade(context: Context, options: UpgradeOptions): Promise<void> {
  const { reporter, requests } = invocation(context, options, "anything");
  const { version, check: checkOnly } = options;
  const plan = { version: version === undefined ? undefined : parseVersion(version), checkOnly };
  const installation = thisInstallation();

  let progress = "";
  const onProgress = (done: number, of: number | null) => {
    progress = of === null ? ` (${megabytes(done)} MB)` : ` (${megabytes(done)} of ${megabytes(of)} MB)`;
  };
  const run = () => upgrade(context, installation, RELEASES, plan, { ...requests, onProgress });
  const isShown = !options.quiet && !options.json && !options.verbose && context.stderr.isTerminal();
  const result = isShown ? await showWait(context, () => `Checking for releases${progress}`, run) : await run();

  reporter.result(() => upgradeText(result), () => upgradeJson(result));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
