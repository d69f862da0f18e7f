/**
 * What `fluxloop auth switch` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import type { JsonOptions } from "../command.ts";
import { type Reporter, reporterFor } from "../reporter.ts";
import { overrideWarning, pinWarning } from "../../output/warnings.ts";
import { switchChoices, switchProfile } from "../../auth/switch_profile.ts";
import { switchJson, switchText } from "../../output/session.ts";

/** Runs the command. */
export async function runSwitch(context: Context, options: JsonOptions, named: string | undefined): Promise<void> {
  const reporter = reporterFor(context, options);

  const result = await switchProfile(context, named ?? await chosen(context, options, reporter));

  reporter.result(() => switchText(result), () => switchJson(result));
  if (result.overriddenBy !== null) reporter.warn(overrideWarning(result.overriddenBy));
  else if (result.pinnedBy !== null) reporter.warn(pinWarning(result.pinnedBy));
}

async function chosen(context: Context, options: JsonOptions, reporter: Reporter): Promise<string> {
  const choices = await switchChoices(context);
  if (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal()) {
    const names = choices.map((it) => it.name).join(", ");
    throw new UsageError(`Can't show a list without a terminal. Name one of these profiles: ${names}`);
  }
  const lines = choices.map(({ name, account, isCurrent }) => ({
    value: name,
    label: printable(name) + (account === null ? "" : `  ${printable(account)}`) + (isCurrent ? "  (current)" : ""),
  }));
  const current = choices.find((it) => it.isCurrent)?.name;
  return await context.prompts.choose("Profile", lines, current, reporter.style.colour);
}
