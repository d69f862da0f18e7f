/**
 * `fluxloop auth switch` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { type Console, consoleFor, type GlobalOptions } from "../console.ts";

/** @param context The outside world. */
export function switchCommand(context: Context) {
  return new Command()
    .description(
      "Make a saved profile the one that is used when none is named.\n\n" +
        "Without a name it shows a list to choose from, on a terminal; `-` goes back to the profile before.",
    )
    .arguments("[profile:string]")
    .option("--json", "Write the result as JSON; asks nothing.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("Choose from a list", "fluxloop auth switch")
    .example("Use the production account from now on", "fluxloop auth switch production")
    .example("Back to the one before", "fluxloop auth switch -")
    .action((options, profile) => switchTo(context, options as GlobalOptions, profile));
}

async function switchTo(context: Context, options: GlobalOptions, named: string | undefined): Promise<void> {
  const { overrideWarning, pinWarning, switchJson, switchProfile, switchText } = await import("./work.ts");
  const console = consoleFor(context, options);

  const result = await switchProfile(context, named ?? await chosen(context, options, console));

  console.result(() => switchText(result), () => switchJson(result));
  if (result.overriddenBy !== null) console.warn(overrideWarning(result.overriddenBy));
  else if (result.pinnedBy !== null) console.warn(pinWarning(result.pinnedBy));
}

async function chosen(context: Context, options: GlobalOptions, console: Console): Promise<string> {
  const { switchChoices } = await import("./work.ts");
  const choices = await switchChoices(context);
  if (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal()) {
    const names = choices.map((it) => it.name).join(", ");
    throw new UsageError(`Name the profile to switch to, as there is no terminal to choose on; there are: ${names}`);
  }
  const lines = choices.map(({ name, account, isCurrent }) => ({
    value: name,
    label: printable(name) + (account === null ? "" : `  ${printable(account)}`) + (isCurrent ? "  (current)" : ""),
  }));
  const current = choices.find((it) => it.isCurrent)?.name;
  return await context.prompts.choose("Profile", lines, current, console.style.colour);
}
