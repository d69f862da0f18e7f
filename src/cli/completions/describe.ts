/**
 * The command tree as plain data, for what is generated from it: shell completions and man pages.
 *
 * @module
 */
import { KEY_ENVIRONMENTS, PERMISSIONS } from "../../api_client/key_terms.ts";

/** What a value is, as far as a shell can help to type it. */
export type Value =
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "profile" | "file" | "folder" | "program" | "text" };

/** An option. */
export interface OptionDescription {
  /** Such as `-q` and `--quiet`, the short form first. */
  readonly flags: readonly string[];
  /** One or more sentences, on one line. */
  readonly description: string;
  /** What stands for its value in help, such as `name`, and what that is; `null` where it takes none. */
  readonly value: { readonly name: string; readonly value: Value } | null;
  /** What it is where it is not given; `undefined` where the description says it or there is nothing to say. */
  readonly default: unknown;
  readonly isRepeatable: boolean;
  /** Flags that exclude it. */
  readonly conflicts: readonly string[];
  /** Whether every command takes it. */
  readonly isGlobal: boolean;
}

/** A positional argument. */
export interface ArgumentDescription {
  readonly name: string;
  readonly value: Value;
}

/** A command, or a group of them. */
export interface CommandDescription {
  /** Its name and those of the groups that it is in, the program's left out. */
  readonly path: readonly string[];
  /** The description's first sentence, without a full stop. */
  readonly summary: string;
  readonly description: string;
  /** What may follow the command's name. */
  readonly usage: string;
  readonly options: readonly OptionDescription[];
  readonly arguments: readonly ArgumentDescription[];
  readonly environment: readonly { readonly name: string; readonly value: string; readonly description: string }[];
  readonly examples: readonly { readonly title: string; readonly line: string }[];
  readonly commands: readonly CommandDescription[];
}

/** What Cliffy tells of an argument or an option's value. */
interface TreeArgument {
  readonly name: string;
}

/** What Cliffy tells of an option. */
interface TreeOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly args: readonly TreeArgument[];
  readonly default?: unknown;
  readonly collect?: boolean;
  readonly conflicts?: readonly string[];
  readonly global?: boolean;
}

/** What Cliffy tells of a command, as both of its versions in use do. */
export interface TreeCommand {
  getName(): string;
  getDescription(): string;
  getUsage(): string;
  getOptions(hidden: boolean): readonly TreeOption[];
  getArguments(): readonly TreeArgument[];
  getEnvVars(hidden: boolean): readonly {
    readonly names: readonly string[];
    readonly description: string;
    readonly details: TreeArgument;
  }[];
  getExamples(): readonly { readonly name: string; readonly description: string }[];
  getCommands(hidden: boolean): readonly unknown[];
}

const choice = (...choices: string[]): Value => ({ kind: "choice", choices });

/** What the values of options are; a flag means the same wherever it is. Those that are left out are any text. */
const OPTION_VALUES: Readonly<Record<string, Value>> = {
  "--profile": { kind: "profile" },
  "--ca-file": { kind: "file" },
  "--config": { kind: "file" },
  "--junit": { kind: "file" },
  "--data": { kind: "folder" },
  "--storage": choice("file", "keychain"),
  "--environment": choice(...KEY_ENVIRONMENTS),
  "--permission": choice(...PERMISSIONS),
  "--expires": choice("7d", "30d", "90d", "1y", "never"),
};

/** What commands take as arguments; those that are left out take any text. */
const ARGUMENT_VALUES: Readonly<Record<string, Value>> = {
  "auth switch": { kind: "profile" },
  "auth exec": { kind: "program" },
  "test upload": { kind: "folder" },
};

const TEXT: Value = { kind: "text" };
const HELP: TreeOption = { flags: ["-h", "--help"], description: "Show this help.", args: [], global: true };
const VERSION: TreeOption = {
  flags: ["-V", "--version"],
  description: "Show the version and what it was built with.",
  args: [],
};

/**
 * @param command The program's main command, with all that is below it.
 * @returns What it holds.
 */
export function describeTree(command: TreeCommand): CommandDescription {
  return describeCommand(command, []);
}

/**
 * Which options take a value, for shells that have to tell a value from an argument.
 *
 * @param tree The program's main command.
 * @returns Patterns of a place and a flag, `*` for every place, and what the value is. A flag of one command may take a
 * value where that of another does not, as `--version`.
 */
export function valuePatterns(tree: CommandDescription): Map<string, Value> {
  const commands = allCommands(tree);
  const bare = new Set(
    commands.flatMap((it) => it.options).filter((it) => it.value === null).flatMap((it) => it.flags),
  );
  const patterns = new Map<string, Value>();
  for (const { path, options } of commands) {
    for (const { flags, value } of options) {
      if (value === null) continue;
      for (const flag of flags) patterns.set(`${bare.has(flag) ? path.join(" ") : "*"} ${flag}`, value.value);
    }
  }
  return patterns;
}

/** @returns The command and all below it, each before those that it holds. */
export function allCommands(command: CommandDescription): CommandDescription[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function describeCommand(command: TreeCommand, path: readonly string[]): CommandDescription {
  const name = path.join(" ");
  const description = command.getDescription();
  const added: readonly TreeOption[] = path.length === 0 ? [VERSION, HELP] : [HELP];
  // Cliffy itself adds these when it parses, one version sooner than the other.
  const declared = command.getOptions(false).filter((it) => !added.some((other) => isSame(it, other)));
  const options = [...declared, ...added];
  return {
    path,
    summary: summaryOf(description),
    description,
    usage: command.getUsage().replaceAll(/:(?:string|integer)/g, ""),
    options: options.map((it) => ({
      flags: it.flags,
      description: it.description.trim(),
      value: it.args.length === 0
        ? null
        : { name: it.args[0].name, value: OPTION_VALUES[it.flags.at(-1) ?? ""] ?? TEXT },
      default: it.default,
      isRepeatable: it.collect === true,
      conflicts: conflictsOf(it, options),
      isGlobal: it.global === true,
    })),
    arguments: command.getArguments().map((it) => ({ name: it.name, value: ARGUMENT_VALUES[name] ?? TEXT })),
    environment: command.getEnvVars(false).map((it) => ({
      name: it.names[0],
      value: it.details.name,
      description: it.description,
    })),
    examples: command.getExamples().map((it) => ({ title: it.name, line: it.description })),
    commands: command.getCommands(false).map((it) => {
      const below = it as TreeCommand;
      return describeCommand(below, [...path, below.getName()]);
    }),
  };
}

function isSame(option: TreeOption, other: TreeOption): boolean {
  return option.flags.at(-1) === other.flags.at(-1);
}

/** Said at one of two options, it holds for both. */
function conflictsOf(option: TreeOption, all: readonly TreeOption[]): string[] {
  const name = option.flags.at(-1)!.replace(/^--/, "");
  const others = all.filter((it) => it.conflicts?.includes(name)).map((it) => it.flags.at(-1)!);
  return [...new Set([...(option.conflicts ?? []).map((it) => `--${it}`), ...others])];
}

function summaryOf(description: string): string {
  return description.split("\n")[0].replace(/\.(?: .*)?$/, "").trim();
}
