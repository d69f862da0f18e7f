/**
 * Real shells that complete a line with the scripts that the compiled program makes.
 *
 * @module
 */
import { PROGRAM } from "./program.ts";

/** What shells may be asked. */
export type ShellName = "bash" | "bash with bash-completion" | "bash with odd settings" | "zsh" | "fish";

/** A folder with the scripts, and the home whose profiles are completed. */
export interface Completing {
  /** The environment of a shell. */
  readonly env: Readonly<Record<string, string>>;
  /** Where scripts and what shells leave behind are. */
  readonly folder: string;
}

/**
 * Completes a line as if the key was pressed at its end.
 *
 * @param shell Which shell.
 * @param line What is typed, words parted by one blank; the last one is completed, and may be empty.
 * @param completing Where.
 * @returns What the shell offers in the word's place, sorted.
 */
export async function complete(shell: ShellName, line: string, completing: Completing): Promise<string[]> {
  const output = await ASK[shell](line, completing);
  return [...new Set(output.split("\n").filter((it) => it !== ""))].sort();
}

const ASK: Readonly<Record<ShellName, (line: string, completing: Completing) => Promise<string>>> = {
  "bash": (line, it) => askBash(line, it, ":"),
  "bash with bash-completion": (line, it) => askBash(line, it, "source /usr/share/bash-completion/bash_completion"),
  "bash with odd settings": (line, it) => askBash(line, it, "set -euf -o posix; IFS=:"),
  zsh: askZsh,
  fish: (line, it) => run(["fish", "--no-config", "-c", FISH, `${it.folder}/script.fish`, line], it),
};

/** Calls the function as readline does, which parts words at = and : too. */
const BASH = `
eval "$1"; source "$2"; shift 2
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
_fluxloop fluxloop "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]//$'\\n'/ and }"
`;
const FISH = "source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''";

function askBash(line: string, completing: Completing, before: string): Promise<string> {
  const words = line.split(" ").flatMap((word) => word.split(/([=:]+)/)).filter((word, index, all) =>
    word !== "" || index === all.length - 1
  );
  // An = at the line's end is a word, and nothing behind it is no word yet.
  if (/[=:] $/.test(`${line} `)) words.pop();
  const command = ["bash", "--norc", "-c", BASH, "bash", before, `${completing.folder}/script.bash`, ...words];
  return run(command, completing);
}

/** Runs in a terminal of its own: zsh completes nowhere else. What it adds to its list is written down. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $1/capture.zsh; print READ''Y"
zpty -r -m shell said '*READY*'
zpty -w -n shell "$2"$'\\t'
zpty -r -m shell said '*<DONE>*'
cat $1/offered
`;
const ZSH_CAPTURE = (folder: string) => `
PS1=
autoload -U compinit; compinit -u -D
source ${folder}/script.zsh
compadd() {
  local -a offered
  if [[ \${argv[1,(i)(-|--)]} != *-[OAD]* ]]; then
    builtin compadd -O offered "$@"
    (( $#offered )) && print -rl -- $offered >> ${folder}/offered
  fi
  builtin compadd "$@"
}
capture() { : > ${folder}/offered; _main_complete; compstate[insert]=; compstate[list]=; print -r -- "<DONE>" }
zle -C capture list-choices capture
bindkey '^I' capture
`;

async function askZsh(line: string, completing: Completing): Promise<string> {
  await Deno.writeTextFile(`${completing.folder}/capture.zsh`, ZSH_CAPTURE(completing.folder));
  return await run(["zsh", "-f", "-c", ZSH, "zsh", completing.folder, line], completing);
}

async function run([command, ...args]: string[], { env }: Completing): Promise<string> {
  const output = await new Deno.Command(command, { args, clearEnv: true, env, stdin: "null", stderr: "piped" })
    .output();
  const said = new TextDecoder().decode(output.stderr);
  if (said !== "") throw new Error(`${command} complained: ${said}`);
  return new TextDecoder().decode(output.stdout);
}

/** The shells' environment: the program on the path, and a home. */
export function environmentOf(home: string): Record<string, string> {
  const folder = PROGRAM.slice(0, PROGRAM.lastIndexOf("/"));
  return { HOME: home, PATH: `${folder}:/usr/bin:/bin`, TERM: "screen", LC_ALL: "C.UTF-8" };
}
