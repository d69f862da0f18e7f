/**
 * A job of GitHub Actions: its page, and what its log must not show
 * (https://docs.github.com/actions/reference/workflow-commands).
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { Reporter } from "../reporter.ts";

/**
 * Has the job's log mask a key, whoever should print it from now on: an agent, for one. The runner takes the line for
 * itself and shows nothing of it.
 *
 * @param context The outside world.
 * @param key A whole key.
 */
export function maskInJob(context: Context, key: string): void {
  if (context.env("GITHUB_ACTIONS") === "true") context.stderr.write(`::add-mask::${key}\n`);
}

/**
 * Adds to what the job's page shows.
 *
 * @param context The outside world.
 * @param markdown What it shows.
 * @param reporter Is told where that cannot be done: the test is none the worse for it.
 */
export function addJobSummary(context: Context, markdown: string, reporter: Pick<Reporter, "warn">): void {
  const file = context.env("GITHUB_STEP_SUMMARY");
  if (context.env("GITHUB_ACTIONS") !== "true" || !file) return;
  try {
    Deno.writeTextFileSync(file, `${markdown}\n`, { append: true });
  } catch {
    reporter.warn("⚠️  Can't write the job summary.\n");
  }
}
