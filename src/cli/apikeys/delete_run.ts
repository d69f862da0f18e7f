import { deleteApiKey } from "../../api_client/api_keys.ts";
import { findKey } from "../../auth/manage_keys.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { deletedText } from "../../output/api_keys.ts";
import { printable } from "../../text/printable.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { promptsFor } from "../values.ts";

interface DeleteOptions extends JsonOptions {
  readonly yes?: boolean;
}

/** Runs `fluxloop apikeys delete`. */
export async function runDelete(context: Context, options: DeleteOptions, named: string): Promise<void> {
  const { reporter, credential } = invocation(context, options);

  const own = await credential(true);
  const key = await findKey(context, own, named);
  if (!options.yes) await confirm(context, options, key.name ?? key.id);
  await deleteApiKey(context, own, key.id);

  reporter.result(() => deletedText(key), () => ({ deleted: key.id }));
}

async function confirm(context: Context, options: DeleteOptions, name: string): Promise<void> {
  const message = "Can't ask for confirmation without a terminal. Pass --yes to delete the key.";
  const prompts = await promptsFor(context, options, message);
  const choices = [{ value: "no", label: "No, keep it" }, { value: "yes", label: "Yes, delete it" }];
  const answer = await prompts.choose(`Delete the key "${printable(name)}"?`, choices, "no");
  if (answer !== "yes") throw new UsageError("Nothing was deleted");
}
