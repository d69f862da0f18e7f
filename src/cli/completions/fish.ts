/**
 * The completion script for fish.
 *
 * @module
 */
import { allCommands, type CommandDescription, type OptionDescription, type Value, valuePatterns } from "./describe.ts";

/**
 * @param tree The program's commands.
 * @returns A script to be sourced, or to lie as `fluxloop.fish` in fish's folder of completions. It names everything
 * itself but the profiles, which it asks the program for.
 */
export function fishScript(tree: CommandDescription): string {
  const commands = allCommands(tree);
  const valued = [...valuePatterns(tree).keys()];
  const places = commands.slice(1).map((it) => quoted(it.path.join(" ")));
  const rules = commands.flatMap((command) => [
    ...command.options.filter((it) => !it.isGlobal).map((it) => optionRule(it, command.path)),
    ...command.commands.map((it) => rule(command.path, `-a ${it.path.at(-1)} -d ${quoted(it.summary)}`)),
    ...command.arguments.slice(0, 1).flatMap((it) => argumentRule(command.path, it.value)),
  ]);
  const global = commands[0].options.filter((it) => it.isGlobal).map((it) => optionRule(it, null));
  return [
    ...HEAD,
    "",
    "# Writes the commands that were named so far, between blanks.",
    "function __fluxloop_place",
    "    set -l place",
    "    set -l is_value",
    "    for word in (commandline -opc)[2..]",
    '        if test -n "$is_value"',
    "            set is_value",
    "            continue",
    "        end",
    '        switch "$place $word"',
    "            case '* --'",
    "                break",
    `            case ${valued.map(quoted).join(" ")}`,
    "                set is_value yes",
    "            case '* -*'",
    "            case '*'",
    `                if contains -- (string join ' ' $place $word) ${places.join(" ")}`,
    "                    set -a place $word",
    "                else",
    "                    set -a place argument",
    "                end",
    "        end",
    "    end",
    "    string join ' ' $place",
    "end",
    "",
    ...TESTS,
    "",
    "complete -c fluxloop -f",
    ...global,
    ...rules,
    "",
  ].join("\n");
}

function optionRule({ flags, description, value }: OptionDescription, path: readonly string[] | null): string {
  const names = flags.map((it) => it.startsWith("--") ? `-l ${it.slice(2)}` : `-s ${it.slice(1)}`).join(" ");
  const text = `${names} -d ${quoted(description.replace(/\.$/, ""))}${
    value === null ? "" : ` ${valueText(value.value)}`
  }`;
  return rule(path, text);
}

function argumentRule(path: readonly string[], value: Value): string[] {
  if (value.kind === "text") return [];
  if (value.kind !== "program") return [rule(path, valueText(value))];
  return [`complete -c fluxloop -n __fluxloop_is_program -x -a '(__fluxloop_program)'`];
}

function rule(path: readonly string[] | null, text: string): string {
  const condition = path === null ? "not __fluxloop_is_program" : `__fluxloop_is_at ${path.join(" ")}`.trim();
  return `complete -c fluxloop -n ${quoted(condition)} ${text}`;
}

function valueText(value: Value): string {
  switch (value.kind) {
    case "choice":
      return `-x -a ${quoted(value.choices.join(" "))}`;
    case "profile":
      return "-x -a '(command fluxloop completions profiles 2>/dev/null)'";
    case "file":
      return "-r -F";
    case "folder":
      return "-x -a '(__fish_complete_directories (commandline -ct))'";
    default:
      return "-x";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

const HEAD = ["# Completions of fluxloop for fish. Made by: fluxloop completions fish"];

const TESTS = [
  "# Whether these commands were named, and nothing that follows them.",
  "function __fluxloop_is_at",
  '    not __fluxloop_is_program; and test "$(__fluxloop_place)" = "$argv"',
  "end",
  "",
  "# Whether another program's words are being typed, behind two dashes.",
  "function __fluxloop_is_program",
  "    contains -- -- (commandline -opc)",
  "end",
  "",
  "# Completes them as if they stood alone.",
  "function __fluxloop_program",
  "    set -l words (commandline -opc)",
  "    set -l first (math (contains -i -- -- $words) + 1)",
  "    complete -C \"$(string join ' ' -- (string escape -- $words[$first..]) (commandline -ct))\"",
  "end",
];
