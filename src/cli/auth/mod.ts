import type { Context } from "../../context.ts";
import { type AnyCommand, type HelpAction, newCommand } from "../command.ts";
import { doctorCommand } from "./doctor.ts";
import { execCommand } from "./exec.ts";
import { listCommand } from "./list.ts";
import { loginCommand } from "./login.ts";
import { logoutCommand } from "./logout.ts";
import { rotateCommand } from "./rotate.ts";
import { statusCommand } from "./status.ts";
import { switchCommand } from "./switch.ts";
import { tokenCommand } from "./token.ts";
import { whoamiCommand } from "./whoami.ts";

/** The group's commands, in the order of its help. */
const COMMANDS: Readonly<Record<string, (context: Context) => AnyCommand>> = {
  login: loginCommand,
  logout: logoutCommand,
  status: statusCommand,
  whoami: whoamiCommand,
  token: tokenCommand,
  list: listCommand,
  switch: switchCommand,
  rotate: rotateCommand,
  exec: execCommand,
  doctor: doctorCommand,
};

/**
 * Declares `fluxloop auth`.
 *
 * @param named The command to run, if it is known; then only that one is declared.
 */
export function authCommand(context: Context, help: HelpAction, named: string | undefined): AnyCommand {
  const group = newCommand()
    .description("Authenticate with the FluxLoop Web Platform.")
    .example("Log in", "fluxloop auth login")
    .example("Check authentication status", "fluxloop auth status")
    .action(help);
  const names = named !== undefined && Object.hasOwn(COMMANDS, named) ? [named] : Object.keys(COMMANDS);
  for (const name of names) group.command(name, COMMANDS[name](context));
  return group;
}
