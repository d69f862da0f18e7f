/**
 * What `fluxloop upgrade` does.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { JsonOptions } from "./command.ts";
import { reporterFor } from "./reporter.ts";
import { requestOptions } from "./request_options.ts";
import { RELEASES } from "../release/public_key.ts";
import { parseVersion } from "../release/version.ts";
import { showWait } from "./waiting.ts";
import { thisInstallation } from "../release/installation.ts";
import { upgrade } from "../release/upgrade.ts";
import { upgradeJson, upgradeText } from "../output/upgrade.ts";

/** The command's options. */
export interface UpgradeOptions extends JsonOptions {
  readonly version?: string;
  readonly check?: boolean;
}

/** Runs the command. */
export async function runUpgrade(context: Context, options: UpgradeOptions): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);
  const { version, check: checkOnly } = options;
  const plan = { version: version === undefined ? undefined : parseVersion(version), checkOnly };
  const installation = thisInstallation();

  let progress = "";
  const onProgress = (done: number, of: number | null) => {
    progress = of === null ? ` (${megabytes(done)} MB)` : ` (${megabytes(done)} of ${megabytes(of)} MB)`;
  };
  const run = () => upgrade(context, installation, RELEASES, plan, { ...requests, onProgress });
  const isShown = !options.quiet && !options.json && !options.verbose && context.stderr.isTerminal();
  const result = isShown ? await showWait(context, () => `Looking at the releases${progress}`, run) : await run();

  reporter.result(() => upgradeText(result), () => upgradeJson(result));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
