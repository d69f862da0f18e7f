import type { Credential, KeyOptions, ResolveOptions } from "../../auth/resolve_credential.ts";
import type { Context } from "../../context.ts";
import { credentialOf } from "../invocation.ts";
import type { Reporter } from "../reporter.ts";

/**
 * Finds the key to use. In a GitHub Actions job, the job's log masks it from now on, for example in an agent's output
 * (https://docs.github.com/actions/reference/workflow-commands).
 */
export async function credentialForJob(
  context: Context,
  options: KeyOptions,
  reporter: Reporter,
  how: ResolveOptions,
): Promise<Credential> {
  const credential = await credentialOf(context, reporter, options, how);
  // The job's log doesn't show this line.
  if (isJob(context)) context.stderr.write(`::add-mask::${credential.key}\n`);
  return credential;
}

/** Adds a summary to the job's page. Best effort: `reporter` warns if it can't be written. */
export function addJobSummary(context: Context, markdown: string, reporter: Reporter): void {
  const file = context.env("GITHUB_STEP_SUMMARY");
  if (!isJob(context) || !file) return;
  try {
    Deno.writeTextFileSync(file, `${markdown}\n`, { append: true });
  } catch {
    reporter.warn("⚠️  Can't write the job summary.\n");
  }
}

function isJob(context: Context): boolean {
  return context.env("GITHUB_ACTIONS") === "true";
}
