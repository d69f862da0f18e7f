/**
 * The command tree. It is built at each start, so it imports only the commands' declarations; a command's implementation is
 * imported when it runs.
 *
 * @module
 */
import { VERSION, versionText } from "../build_info.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { apikeysCommand } from "./apikeys/mod.ts";
import { authCommand } from "./auth/mod.ts";
import type { Arguments } from "./arguments.ts";
import { type AnyCommand, newGroup, VALUE_TYPES } from "./command.ts";
import { completionsCommand } from "./completions/mod.ts";
import { showHelp } from "./help.ts";
import { platformCommand } from "./platform/mod.ts";
import { testCommand } from "./test/mod.ts";
import { upgradeCommand } from "./upgrade.ts";

/**
 * Builds the command tree, which throws errors instead of exiting.
 *
 * @param args Decide which commands are built.
 */
export function commandTree(context: Context, { words: [group, command] }: Arguments): AnyCommand {
  const root = newGroup(context, {
    auth: () => authCommand(context, command),
    apikeys: apikeysCommand,
    test: testCommand,
    platform: platformCommand,
    upgrade: upgradeCommand,
    completions: completionsCommand,
  }, group);
  const owner = root.getCommand(group) ? undefined : root.getCommands().find((it) => it.getCommand(group));
  if (owner) throw new UsageError(`Unknown command "${group}". Did you mean "${owner.getName()} ${group}"?`);
  for (const [name, type] of Object.entries(VALUE_TYPES)) root.globalType(name, type);
  return root
    .name("fluxloop")
    .noExit()
    .description("Test AI agents with the FluxLoop Web Platform, in a terminal and in CI.")
    .helpOption("-h, --help", "Show help", { action: showHelp(context) })
    .version(VERSION)
    .versionOption("-V, --version", "Show version and build", {
      action: () => context.stdout.write(`${versionText()}\n`),
    })
    .globalOption("--profile <name:profile>", 'Profile to use (default: "default")')
    .globalOption("--api-url <url:string>", "Platform URL (default: profile's or api.fluxloop.ai)")
    .globalOption("--timeout <seconds:string>", "Request time limit, including retries (default: 30)")
    .globalOption("--ca-file <path:file>", "Extra CA certificates to trust, in PEM format")
    .globalOption("-q, --quiet", "Print only errors and requested data")
    .globalOption("-v, --verbose", "Log requests and timings to standard error")
    .globalOption("--no-color", "Disable colored output")
    .example("Log in", "fluxloop auth login")
    .example("Run the tests of the agent in this folder", "fluxloop test")
    .example("Try everything without an account", "fluxloop platform serve");
}
