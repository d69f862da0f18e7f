/**
 * What `fluxloop apikeys delete` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { deletedText } from "../../output/api_keys.ts";
import { findKey, revokeKey } from "../../auth/manage_keys.ts";
import { printable } from "../../text/printable.ts";
import { credentialOf } from "../credential.ts";

/** The command's options. */
export interface DeleteOptions extends JsonOptions {
  readonly yes?: boolean;
}

/** Runs the command. */
export async function runDelete(context: Context, options: DeleteOptions, named: string): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);

  const credential = await credentialOf(context, reporter, options, { requests, changes: true });
  const key = await findKey(context, credential, named, requests);
  if (!options.yes) await confirm(context, options, key.name ?? key.id, reporter.style.colour);
  await revokeKey(context, credential, key, requests);

  reporter.result(() => deletedText(key), () => ({ deleted: key.id }));
}

async function confirm(context: Context, options: DeleteOptions, name: string, colour: boolean): Promise<void> {
  if (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal()) {
    throw new UsageError("Can't ask for confirmation without a terminal. Pass --yes to delete the key.");
  }
  const choices = [{ value: "no", label: "No, keep it" }, { value: "yes", label: "Yes, delete it" }];
  const answer = await context.prompts.choose(`Delete the key "${printable(name)}"?`, choices, "no", colour);
  if (answer !== "yes") throw new UsageError("Nothing was deleted");
}
