/**
 * `fluxloop auth`: the group of its commands.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { showHelp } from "../help.ts";
import { listCommand } from "./list.ts";
import { loginCommand } from "./login.ts";
import { logoutCommand } from "./logout.ts";
import { statusCommand } from "./status.ts";
import { switchCommand } from "./switch.ts";
import { tokenCommand } from "./token.ts";
import { whoamiCommand } from "./whoami.ts";

/**
 * @param context The outside world.
 * @param colour Whether help may be in colour.
 */
export function authCommand(context: Context, colour: boolean) {
  return new Command()
    .description("Log in to the FluxLoop Web Platform, log out, and see who is logged in.")
    .example("Log in", "fluxloop auth login")
    .example("See who is logged in", "fluxloop auth status")
    .action(function () {
      showHelp(context, this, colour);
    })
    .command("login", loginCommand(context))
    .command("logout", logoutCommand(context))
    .command("status", statusCommand(context))
    .command("whoami", whoamiCommand(context))
    .command("token", tokenCommand(context))
    .command("list", listCommand(context))
    .command("switch", switchCommand(context));
}
