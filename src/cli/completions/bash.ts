/**
 * The completion script for bash, from 3.2 on, as macOS has it, with and without the package bash-completion.
 *
 * @module
 */
import { allCommands, type CommandDescription, type Value, valuePatterns } from "./describe.ts";

/**
 * @param tree The program's commands.
 * @returns A script to be sourced. It names everything itself but the profiles, which it asks the program for.
 */
export function bashScript(tree: CommandDescription): string {
  const commands = allCommands(tree);
  const places = commands.map((it) =>
    [
      `    ${quoted(it.path.join(" "))})`,
      `      commands=${quoted(it.commands.map((below) => below.path.at(-1)).join(" "))}`,
      `      options=${quoted(it.options.flatMap((option) => option.flags).join(" "))}`,
      `      argument=${quoted(it.arguments[0]?.value.kind ?? "none")} ;;`,
    ].join("\n")
  );
  const values = [...valuePatterns(tree)].map(([pattern, value]) => {
    const [place, flag] = [pattern.slice(0, pattern.lastIndexOf(" ")), pattern.slice(pattern.lastIndexOf(" "))];
    return `    ${place === "*" ? `*${quoted(flag)}` : quoted(pattern)}) value=${valueText(value)} ;;`;
  });
  return HEAD + places.join("\n") + MIDDLE + values.join("\n") + TAIL;
}

function valueText(value: Value): string {
  return quoted(value.kind === "choice" ? `choice ${value.choices.join(" ")}` : value.kind);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const HEAD = `# Completions of fluxloop for bash. Made by: fluxloop completions bash
# shellcheck disable=SC2207 # bash 3.2 has no mapfile

# Tells what may follow the commands in $1: sets commands, options and argument.
_fluxloop_place() {
  case $1 in
`;

const MIDDLE = `
    *) return 1 ;;
  esac
}

# Tells what the option $1 takes for a value here: sets value; fails where it takes none.
_fluxloop_value() {
  case "$place $1" in
`;

const TAIL = `
    *) return 1 ;;
  esac
}

_fluxloop_offer() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -P "$prefix" -W "$1" -- "$cur"))
}

# Leaves it to readline, which knows of ~ and of quotes; bash 3.2 has no way to.
_fluxloop_files() {
  compopt -o "$1" 2>/dev/null && return
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$2" -- "$cur"))
}

_fluxloop_complete() {
  case $1 in
    choice*) _fluxloop_offer "\${1#choice}" ;;
    profile) _fluxloop_offer "$(command fluxloop completions profiles 2>/dev/null)" ;;
    file) _fluxloop_files default -f ;;
    folder) _fluxloop_files dirnames -d ;;
  esac
}

# Completes the words of another program, which begin at index $1.
_fluxloop_program() {
  if declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif ((COMP_CWORD == $1)); then
    local IFS=$'\\n'
    COMPREPLY=($(compgen -c -- "$cur"))
  else
    _fluxloop_files default -f
  fi
}

_fluxloop() {
  local commands options argument value prefix='' place='' cur=\${COMP_WORDS[COMP_CWORD]}
  local word i count=0 arguments=0 dashes=0 isGlued='' isValue=''
  local -a words
  COMPREPLY=()

  # Readline takes apart at = and : what belongs together.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -- ]] && ((dashes == 0 && i < COMP_CWORD)) && dashes=$i
    if ((count > 0)) && [[ $isGlued || $word =~ ^[=:]+$ ]]; then
      words[count - 1]+=$word
      [[ $isGlued ]] && isGlued='' || isGlued=yes
    else
      words[count]=$word
      ((count += 1))
    fi
  done

  _fluxloop_place ''
  for ((i = 0; i < count - 1; i++)); do
    word=\${words[i]}
    if [[ $isValue ]]; then
      isValue=''
    elif [[ $word == -- ]]; then
      break
    elif [[ $word == -* ]]; then
      _fluxloop_value "$word" && isValue=yes
    elif [[ " $commands " == *" $word "* ]]; then
      place="\${place:+$place }$word"
      _fluxloop_place "$place"
    else
      ((arguments += 1))
    fi
  done

  word=\${words[count - 1]}
  if [[ $isValue ]]; then
    cur=$word
    _fluxloop_complete "$value"
  elif ((dashes > 0)); then
    [[ $argument == program ]] && _fluxloop_program $((dashes + 1))
  elif [[ $word == --*=* ]]; then
    cur=\${word#*=}
    # What readline takes for one word is replaced as one.
    [[ $COMP_WORDBREAKS == *=* ]] || prefix=\${word%%=*}=
    _fluxloop_value "\${word%%=*}" && _fluxloop_complete "$value"
  elif [[ $word == -* ]]; then
    _fluxloop_offer "$options"
  elif [[ $commands ]] && ((arguments == 0)); then
    _fluxloop_offer "$commands"
  elif ((arguments == 0)); then
    _fluxloop_complete "$argument"
  fi
  return 0
}

complete -F _fluxloop fluxloop
`;
