/**
 * `fluxloop auth`: the group of its commands.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { showHelp } from "../help.ts";
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

/** The group's commands, in the order in which help tells them. */
export const AUTH_COMMANDS = {
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
} as const;

/**
 * @param context The outside world.
 * @param colour Whether help may be in colour.
 * @param names The commands to build.
 */
export function authCommand(
  context: Context,
  colour: boolean,
  names: readonly (keyof typeof AUTH_COMMANDS)[],
): AnyCommand {
  const group = new Command<GlobalOptions>()
    .description("Authenticate with the FluxLoop Web Platform.")
    .example("Log in", "fluxloop auth login")
    .example("Check authentication status", "fluxloop auth status")
    .action(function () {
      showHelp(context, this, colour);
    });
  for (const name of names) group.command(name, AUTH_COMMANDS[name](context));
  return group;
}
