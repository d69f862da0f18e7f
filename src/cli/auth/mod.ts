import type { Context } from "../../context.ts";
import { type AnyCommand, newGroup } from "../command.ts";
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

const COMMANDS = {
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

/** Declares `fluxloop auth`, with one command or all of them as {@linkcode newGroup} does. */
export function authCommand(context: Context, named?: string): AnyCommand {
  return newGroup(context, COMMANDS, named)
    .description("Authenticate with the FluxLoop Web Platform.")
    .example("Log in", "fluxloop auth login")
    .example("Check authentication status", "fluxloop auth status");
}
