/**
 * A job of GitHub Actions: its summary, and the keys that its log must mask
 * (https://docs.github.com/actions/reference/workflow-commands).
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { Reporter } from "../reporter.ts";

/** Masks a key in the job's log from now on, such as in an agent's output. The runner doesn't show this line itself. */
export function maskInJob(context: Context, key: string): void {
  if (context.env("GITHUB_ACTIONS") === "true") context.stderr.write(`::add-mask::${key}\n`);
}

/** Adds a summary to the job's page. Best effort: `reporter` warns if it can't be written. */
export function addJobSummary(context: Context, markdown: string, reporter: Pick<Reporter, "warn">): void {
  const file = context.env("GITHUB_STEP_SUMMARY");
  if (context.env("GITHUB_ACTIONS") !== "true" || !file) return;
  try {
    Deno.writeTextFileSync(file, `${markdown}\n`, { append: true });
  } catch {
    reporter.warn("⚠️  Can't write the job summary.\n");
  }
}
