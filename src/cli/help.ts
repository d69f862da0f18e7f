/**
 * Renders help. Cliffy's own breaks lines within words and differs between versions.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { styleFor } from "../output/style.ts";
import { type CommandDescription, describeCommand, type OptionDescription } from "./describe.ts";
import type { AnyCommand } from "./command.ts";

/** Help is as wide as the terminal, but within these limits. */
const MAX_WIDTH = 100;
const MIN_WIDTH = 60;
const WITHOUT_TERMINAL = 80;
/** The description of a longer term starts on the next line. */
const MAX_TERM = 28;

/** The commands that most people need; help lists them first. */
const CORE = ["auth", "apikeys", "test", "auth login", "auth logout", "auth status", "auth whoami", "auth switch"];

/** Returns the action that writes a command's help to standard output. */
export function showHelp(context: Context): (this: AnyCommand) => void {
  return function () {
    const width = Math.min(Math.max(context.stdout.columns() ?? WITHOUT_TERMINAL, MIN_WIDTH), MAX_WIDTH);
    const { bold } = styleFor(context, context.stdout);
    context.stdout.write(helpText(describeCommand(this), width, bold));
  };
}

/** Renders a command's help; `bold` marks headings. */
export function helpText(command: CommandDescription, width: number, bold = (text: string) => text): string {
  const { path, options, commands } = command;
  const name = ["fluxloop", ...path].join(" ");
  const isCore = (it: CommandDescription) => CORE.includes(it.path.join(" "));
  const hasCore = commands.some(isCore);
  const list = (items: readonly CommandDescription[]) => items.map((it) => [it.path.at(-1)!, it.summary] as const);
  const sections: [string, readonly (readonly [string, string])[]][] = [
    [hasCore ? "Core commands" : "Commands", list(commands.filter((it) => !hasCore || isCore(it)))],
    ["Additional commands", list(hasCore ? commands.filter((it) => !isCore(it)) : [])],
    ["Options", options.filter((it) => !it.isGlobal).map(optionItem)],
    ["Global options", options.filter((it) => it.isGlobal).map(optionItem)],
    ["Environment variables", command.environment.map((it) => [it.name, it.description])],
  ];
  return [
    `${bold("Usage:")} ${name} ${command.usage}`,
    ...command.description.split("\n\n").map((it) => wrapped(it, width).join("\n")),
    ...sections.filter(([, items]) => items.length > 0).map(([title, items]) =>
      `${bold(`${title}:`)}\n${table(items, width)}`
    ),
    `${bold("Examples:")}\n${command.examples.map((it) => `  # ${it.title}\n  $ ${it.line}`).join("\n")}`,
  ].join("\n\n") + "\n";
}

function optionItem({ flags, value, description, default: standard, isRepeatable }: OptionDescription) {
  const names = flags.length === 1 ? `    ${flags[0]}` : flags.join(", ");
  const term = value === null ? names : `${names} <${value.name}>${isRepeatable ? "..." : ""}`;
  return [term, standard === undefined ? description : `${description} (default: ${standard})`] as const;
}

function table(items: readonly (readonly [string, string])[], width: number): string {
  const indent = 4 + Math.min(MAX_TERM, Math.max(...items.map(([term]) => term.length)));
  return items.flatMap(([term, text]) => {
    const [first, ...rest] = wrapped(text, width - indent).map((line) => " ".repeat(indent) + line);
    const head = `  ${term}`;
    return head.length + 2 <= indent ? [head + first.slice(head.length), ...rest] : [head, first, ...rest];
  }).join("\n");
}

/** Wraps a text between words; a word longer than `width` gets a line of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
