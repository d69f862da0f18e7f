/**
 * The command tree as plain data, for help, completions and man pages.
 *
 * @module
 */
import { Type } from "@cliffy/command";
import type { AnyCommand } from "./command.ts";

/** An option's value, or an argument. */
export interface ValueDescription {
  /** The placeholder in help, such as `name`. */
  readonly name: string;
  /** The type in Cliffy, such as `string`, `file` or `profile`. */
  readonly type: string;
  /** Suggested values. */
  readonly choices: readonly string[];
}

export interface OptionDescription {
  /** Such as `-q` and `--quiet`, the short form first. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: ValueDescription | null;
  readonly default: unknown;
  readonly isRepeatable: boolean;
  /** Whether every command has it. */
  readonly isGlobal: boolean;
}

/** A command, or a group of commands. */
export interface CommandDescription {
  /** The names of its groups and its own. */
  readonly path: readonly string[];
  /** The first sentence of the description. */
  readonly summary: string;
  readonly description: string;
  /** What follows the command's name in the usage line. */
  readonly usage: string;
  readonly options: readonly OptionDescription[];
  readonly arguments: readonly ValueDescription[];
  readonly environment: readonly { readonly name: string; readonly value: string; readonly description: string }[];
  readonly examples: readonly { readonly title: string; readonly line: string }[];
  readonly commands: readonly CommandDescription[];
}

const PLAIN = { value: null, default: undefined, isRepeatable: false } as const;
/** Options that Cliffy adds before or during parsing, depending on its version. */
const HELP = { ...PLAIN, flags: ["-h", "--help"], description: "Show help", isGlobal: true };
const VERSION = { ...PLAIN, flags: ["-V", "--version"], description: "Show version and build", isGlobal: false };

/** Describes a command and all commands below it. */
export function describeCommand(command: AnyCommand): CommandDescription {
  const path = command.getPath().split(" ").slice(1);
  const value = ({ name, type }: { readonly name: string; readonly type: string }) => ({
    name,
    type,
    choices: choicesOf(command, type),
  });
  const added = path.length === 0 ? [HELP, VERSION] : [HELP];
  const declared = command.getOptions(false).map((it): OptionDescription => ({
    flags: it.flags,
    description: it.description.trim(),
    value: it.args.length === 0 ? null : value(it.args[0]),
    default: it.default,
    isRepeatable: it.collect === true,
    isGlobal: it.global === true,
  })).filter((it) => !added.some((other) => it.flags.at(-1) === other.flags.at(-1)));
  const commands = command.getCommands(false).map(describeCommand);
  const description = command.getDescription();
  const options = [...declared, ...added];
  return {
    path,
    summary: description.split(/\.(?:\s|$)/)[0],
    description,
    usage: usageOf(command, commands.length > 0 && !options.some((it) => !it.isGlobal && it !== VERSION)),
    options,
    arguments: command.getArguments().map(value),
    environment: command.getEnvVars(false).map((it) => ({
      name: it.names[0],
      value: it.details.name,
      description: it.description,
    })),
    examples: command.getExamples().map((it) => ({ title: it.name, line: it.description })),
    commands,
  };
}

/** Lists the command and all commands below it, groups before their commands. */
export function allCommands(command: CommandDescription): CommandDescription[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function usageOf(command: AnyCommand, isGroup: boolean): string {
  if (isGroup) return "<command> [options]";
  const usage = command.getUsage().replaceAll(/:\w+/g, "");
  return usage.includes("[options]") ? usage : `${usage} [options]`.trim();
}

function choicesOf(command: AnyCommand, type: string): readonly string[] {
  const handler = command.getType(type)?.handler;
  const choices = handler instanceof Type ? handler.complete?.(command) : undefined;
  return Array.isArray(choices) ? choices.map(String) : [];
}
