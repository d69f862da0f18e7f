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
import { type Arguments, scanArguments } from "./arguments.ts";
import { completionsCommand } from "./completions/mod.ts";
import type { AnyCommand } from "./global_options.ts";
import { showHelp } from "./help.ts";
import { platformCommand } from "./platform/mod.ts";
import { testCommand } from "./test/mod.ts";
import { upgradeCommand } from "./upgrade.ts";

/**
 * @param context The outside world.
 * @param args What is known of the arguments: which commands are needed, and whether help may be in colour.
 * @returns The program's main command; it throws instead of exiting.
 */
export function commandTree(context: Context, args: Arguments): AnyCommand {
  const { colour } = styleFor(context, context.stdout, args.isColoured);
  const root = new Command()
    .name("fluxloop")
    .description("Sign in to the FluxLoop Web Platform, for people and CI jobs.")
    .noExit()
    .help({ colors: colour, hints: true })
    .helpOption("-h, --help", "Show this help.", {
      action(this: Command) {
        showHelp(context, this, colour);
      },
    })
    .version(VERSION)
    .versionOption("-V, --version", "Show the version and what it was built with.", {
      action: () => context.stdout.write(`${versionText()}\n`),
    })
    .globalOption("--profile <name:string>", 'Profile to use. (Default: "default")')
    .globalOption("--api-url <url:string>", 'Platform to use. (Default: "https://api.fluxloop.ai")')
    .globalOption("--timeout <seconds:string>", "Longest time for a request, repetitions included. (Default: 30)")
    .globalOption("--ca-file <path:string>", "Certificate authorities to trust beside the system's, in PEM form.")
    .globalOption("-q, --quiet", "Say nothing but errors and what was asked for by name.")
    .globalOption("-v, --verbose", "Show requests and timings on standard error, secrets masked.")
    .globalOption("--no-color", "Use no colour.")
    .example("Sign in", "fluxloop auth login")
    .example("Test an agent", "fluxloop test")
    .example("Try everything on this machine", "fluxloop platform serve")
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
    root.command("completions", completionsCommand(context, colour, () => commandTree(context, scanArguments([]))));
  }
  return root;
}
