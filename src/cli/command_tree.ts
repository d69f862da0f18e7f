/**
 * The command tree. It is built at each start, so it imports the commands' faces alone: what a command does is imported
 * by the command when it runs.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { VERSION, versionText } from "../build_info.ts";
import type { Context } from "../context.ts";
import { styleFor } from "../output/style.ts";
import { apikeysCommand } from "./apikeys/mod.ts";
import { AUTH_COMMANDS, authCommand } from "./auth/mod.ts";
import type { Arguments } from "./arguments.ts";
import { completionsCommand } from "./completions/mod.ts";
import type { AnyCommand } from "./global_options.ts";
import { showHelp } from "./help.ts";
import { platformCommand } from "./platform/mod.ts";
import { testCommand } from "./test/mod.ts";
import { upgradeCommand } from "./upgrade.ts";
import { PROFILE } from "./value_types.ts";

/**
 * @param context The outside world.
 * @param args What is known of the arguments: which commands are needed, and whether help may be in colour.
 * @returns The program's main command; it throws instead of exiting.
 */
export function commandTree(context: Context, args: Arguments): AnyCommand {
  const { colour } = styleFor(context, context.stdout, args.isColoured);
  const root = new Command()
    .name("fluxloop")
    .description("Test AI agents with the FluxLoop Web Platform, in a terminal and in CI.")
    .noExit()
    .globalType("profile", PROFILE)
    .helpOption("-h, --help", "Show help", {
      action(this: Command) {
        showHelp(context, this, colour);
      },
    })
    .version(VERSION)
    .versionOption("-V, --version", "Show version and build", {
      action: () => context.stdout.write(`${versionText()}\n`),
    })
    .globalOption("--profile <name:profile>", 'Profile to use (default: "default")')
    .globalOption("--api-url <url:string>", "Platform URL (default: https://api.fluxloop.ai)")
    .globalOption("--timeout <seconds:string>", "Time limit for a request, with retries (default: 30)")
    .globalOption("--ca-file <path:file>", "Extra CA certificates to trust, in PEM format")
    .globalOption("-q, --quiet", "Print only errors and requested data")
    .globalOption("-v, --verbose", "Log requests and timings to standard error")
    .globalOption("--no-color", "Disable colored output")
    .example("Log in", "fluxloop auth login")
    .example("Run the tests of the agent in this folder", "fluxloop test")
    .example("Try everything without an account", "fluxloop platform serve")
    .action(function () {
      showHelp(context, this, colour);
    });
  // Most runs name one command, and building the others would take a tenth of such a run.
  const [group, command] = args.words;
  const all = Object.keys(AUTH_COMMANDS) as (keyof typeof AUTH_COMMANDS)[];
  const named = group === "auth" ? all.filter((it) => it === command) : [];
  if (group === "test") return root.command("test", testCommand(context));
  const isNamed = named.length > 0 || group === "apikeys";
  if (group !== "apikeys") root.command("auth", authCommand(context, colour, named.length === 0 ? all : named));
  if (named.length === 0) root.command("apikeys", apikeysCommand(context, colour));
  if (!isNamed) {
    root.command("test", testCommand(context));
    root.command("platform", platformCommand(context, colour));
    root.command("upgrade", upgradeCommand(context));
    root.command("completions", completionsCommand(context, colour));
  }
  return root;
}
