import { switchChoices, switchProfile } from "../../auth/switch_profile.ts";
import type { Context } from "../../context.ts";
import { switchText } from "../../output/session.ts";
import { overrideWarning, pinWarning } from "../../output/warnings.ts";
import { printable } from "../../text/printable.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { promptsFor } from "../values.ts";

/** Runs `fluxloop auth switch`. */
export async function runSwitch(context: Context, options: JsonOptions, named: string | undefined): Promise<void> {
  const { reporter } = invocation(context, options, "nothing");

  const result = await switchProfile(context, named ?? await askForProfile(context, options));

  reporter.result(() => switchText(result), () => ({ profile: result.profile }));
  if (result.overriddenBy !== null) reporter.warn(overrideWarning(result.overriddenBy));
  else if (result.pinnedBy !== null) reporter.warn(pinWarning(result.pinnedBy));
}

async function askForProfile(context: Context, options: JsonOptions): Promise<string> {
  const choices = await switchChoices(context);
  const names = choices.map((it) => it.name).join(", ");
  const message = `Can't show a list without a terminal. Pass a profile as an argument. Saved profiles: ${names}`;
  const prompts = await promptsFor(context, options, message);
  const lines = choices.map(({ name, account, isCurrent }) => ({
    value: name,
    label: printable(name) + (account === null ? "" : `  ${printable(account)}`) + (isCurrent ? "  (current)" : ""),
  }));
  return await prompts.choose("Profile", lines, choices.find((it) => it.isCurrent)?.name);
}
