/**
 * `fluxloop apikeys delete` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";

interface DeleteFlags extends GlobalOptions {
  readonly yes?: boolean;
}

/** @param context The outside world. */
export function deleteCommand(context: Context) {
  const command = new Command()
    .description("Delete an API key: the platform does not take it any more. That cannot be undone.")
    .arguments("<id-or-name:string>")
    .option("-y, --yes", "Do not ask whether that is meant.")
    .option("--json", "Output in JSON format; asks nothing.")
    .example("By its name", "fluxloop apikeys delete CI")
    .example("One that has leaked, without a question", "fluxloop apikeys delete key_17 --yes")
    .action((options, named) => remove(context, options as unknown as DeleteFlags, named));
  return withKeyVariables(command);
}

async function remove(context: Context, options: DeleteFlags, named: string): Promise<void> {
  const { deletedText, findKey, resolveCredential, revokeKey } = await import("./work.ts");
  const console = consoleFor(context, options);
  const { requests } = console;

  const credential = await resolveCredential(context, options, { requests });
  const key = await findKey(context, credential, named, requests);
  if (!options.yes) await confirm(context, options, key.name ?? key.id, console.style.colour);
  await revokeKey(context, credential, key, requests);

  console.result(() => deletedText(key), () => ({ deleted: key.id }));
}

async function confirm(context: Context, options: DeleteFlags, name: string, colour: boolean): Promise<void> {
  if (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal()) {
    throw new UsageError("There is nobody to ask whether the key is to be deleted; say so with --yes");
  }
  const { printable } = await import("../../text/printable.ts");
  const choices = [{ value: "no", label: "No, keep it" }, { value: "yes", label: "Yes, delete it" }];
  const answer = await context.prompts.choose(`Delete the key "${printable(name)}"?`, choices, "no", colour);
  if (answer !== "yes") throw new UsageError("Nothing was deleted");
}
