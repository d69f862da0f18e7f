import type { Context } from "../../context.ts";
import { readCredentials } from "../../credentials/credential_store.ts";
import { credentialsLocation } from "../../credentials/location.ts";
import { isProfileName } from "../../credentials/profile_name.ts";
import { scanArguments } from "../arguments.ts";
import { commandTree } from "../command_tree.ts";
import { describeCommand, type OptionDescription, type ValueDescription } from "../describe.ts";

/**
 * Runs the hidden command `fluxloop __complete`, which the completion scripts call.
 *
 * The first line of the output is `values`, `file`, `folder` or `program`. Each line below `values` is a value, with its
 * description after a tab. The shell itself completes paths and programs.
 *
 * @param words The words after the program's name. The last one is being typed and starts with a colon, because
 * PowerShell drops empty arguments.
 */
export async function complete(context: Context, words: readonly string[]): Promise<void> {
  context.renounceProcesses();
  const current = words.at(-1)?.slice(1) ?? "";
  const before = words.slice(0, -1);
  const offer = before.at(-1) === "--"
    ? "program"
    : before.includes("--")
    ? "file"
    : await offerFor(context, before, current);
  const typed = current.replace(/^--[^=]*=/, "");
  const lines = typeof offer === "string" ? [offer] : ["values", ...offer.filter((it) => it.startsWith(typed))];
  context.stdout.write(lines.map((it) => `${it}\n`).join(""));
}

async function offerFor(context: Context, before: readonly string[], current: string): Promise<string | string[]> {
  let command = describeCommand(commandTree(context, scanArguments(before)));
  let pending: OptionDescription | undefined;
  let count = 0;
  const valued = (flag: string) => command.options.find((it) => it.flags.includes(flag) && it.value !== null);
  for (const word of before) {
    const next = command.commands.find((it) => it.path.at(-1) === word);
    if (pending !== undefined) pending = undefined;
    else if (word.startsWith("-")) pending = valued(word);
    else if (next !== undefined && count === 0) command = next;
    else count++;
  }
  const option = pending ?? (/^--.*=/.test(current) ? valued(current.split("=")[0]) : undefined);
  if (option !== undefined) return await valueOffer(context, option.value!);
  if (current.startsWith("-")) {
    return command.options.flatMap((it) => it.flags.map((flag) => `${flag}\t${it.description}`));
  }
  if (count > 0) return [];
  const commands = command.commands.map((it) => `${it.path.at(-1)}\t${it.summary}`);
  if (commands.length > 0 || command.arguments.length === 0) return commands;
  return await valueOffer(context, command.arguments[0]);
}

async function valueOffer(context: Context, { type, choices }: ValueDescription): Promise<string | string[]> {
  if (type === "file" || type === "folder") return type;
  // An error message would appear in the line that is being typed.
  return type === "profile" ? await profileNames(context).catch(() => []) : [...choices];
}

/** Lists valid names: others, which a file may contain, would need quotes in a shell. */
async function profileNames(context: Context): Promise<string[]> {
  return (await readCredentials(credentialsLocation(context))).profileNames().filter(isProfileName);
}
