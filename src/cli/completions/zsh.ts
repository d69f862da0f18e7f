/**
 * The completion script for zsh, on its own `_arguments`.
 *
 * @module
 */
import { allCommands, type CommandDescription, type OptionDescription, type Value } from "./describe.ts";

/**
 * @param tree The program's commands.
 * @returns A script to be sourced after `compinit`, or to lie as `_fluxloop` in a folder of `$fpath`. It names everything
 * itself but the profiles, which it asks the program for.
 */
export function zshScript(tree: CommandDescription): string {
  return HEAD + allCommands(tree).map(commandFunction).join("\n") + TAIL;
}

function commandFunction(command: CommandDescription): string {
  const { path, options, commands } = command;
  const isGroup = commands.length > 0;
  const lines = [
    ...options.map(optionSpec),
    ...command.arguments.slice(0, 1).filter((it) => it.value.kind !== "program").map((it) =>
      quoted(`1:${it.name}:${action(it.value)}`)
    ),
    ...(isGroup ? ["'1: :->command'", "'*:: :->rest'"] : []),
  ];
  const specs = lines.map((it) => ` \\\n    ${it}`).join("");
  const isMain = path.length === 0;
  // Behind two dashes stands another program, wherever in the tree that is: words of it must not be taken for options.
  const start = isMain ? PROGRAM : "";
  if (!isGroup) return `${functionName(path)}() {\n  _arguments -s -S${specs}\n}\n`;
  const listed = commands.map((it) => `        ${quoted(`${it.path.at(-1)}:${it.summary}`)}\n`).join("");
  const cases = commands.map((it) => `        ${it.path.at(-1)}) ${functionName(it.path)} ;;\n`).join("");
  return `${functionName(path)}() {
${start}  local context state state_descr line${isMain ? ' curcontext="$curcontext"' : ""}
  local -a commands
  typeset -A opt_args
  _arguments -C -s -S${specs}
  case $state in
    command)
      commands=(
${listed}      )
      _describe -t commands 'command' commands
      ;;
    rest)
      case $line[1] in
${cases}      esac
      ;;
  esac
}
`;
}

function functionName(path: readonly string[]): string {
  return ["_fluxloop", ...path].join("_");
}

function optionSpec({ flags, description, value, isRepeatable, conflicts }: OptionDescription): string {
  const excluded = [...(isRepeatable ? [] : flags), ...conflicts];
  // The same flag twice is no help, but what may be repeated may.
  const before = isRepeatable ? "*" : excluded.length > 1 ? `(${excluded.join(" ")})` : "";
  const taking = value === null ? "" : `:${value.name}:${action(value.value)}`;
  const text = `[${escaped(description.replace(/\.$/, ""))}]${taking}`;
  return flags.map((flag) => quoted(`${before}${flag}${value === null ? "" : "="}${text}`)).join(" \\\n    ");
}

function action(value: Value): string {
  switch (value.kind) {
    case "choice":
      return `(${value.choices.join(" ")})`;
    case "profile":
      return "_fluxloop_profiles";
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    default:
      return " ";
  }
}

/** What has a meaning within a description. */
function escaped(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const HEAD = `#compdef fluxloop
# Completions of fluxloop for zsh. Made by: fluxloop completions zsh

_fluxloop_profiles() {
  local -a profiles
  profiles=(\${(f)"$(command fluxloop completions profiles 2>/dev/null)"})
  compadd -a "$@" profiles
}

`;

/** Completes another program's words, behind two dashes, as if they stood alone. */
const PROGRAM = `  local -i dashes=\${words[(i)--]}
  if (( dashes < CURRENT )); then
    shift dashes words
    (( CURRENT -= dashes ))
    _normal
    return
  fi
`;

const TAIL = `
if [ "\${funcstack[1]}" = _fluxloop ]; then
  _fluxloop "$@"
else
  compdef _fluxloop fluxloop
fi
`;
