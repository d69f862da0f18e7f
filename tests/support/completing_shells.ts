/**
 * Real shells that complete command lines with the compiled program's completion scripts.
 *
 * @module
 */
import { PROGRAM } from "./program.ts";

/** The tested shells; bash in three configurations. */
export const SHELLS = ["bash", "bash with bash-completion", "bash with odd settings", "zsh", "fish"] as const;
export type ShellName = typeof SHELLS[number];

/** A home folder with the completion scripts, and the environment of its shells. */
export interface CompletionSetup {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Prepares an empty home folder for {@linkcode complete}.
 *
 * All shells run the program with the same arguments, so the `fluxloop` on their `PATH` caches its output.
 */
export async function prepareShells(home: string): Promise<CompletionSetup> {
  await Deno.mkdir(`${home}/bin`);
  await Deno.writeTextFile(`${home}/bin/fluxloop`, CACHING_PROGRAM, { mode: 0o755 });
  const env = { HOME: home, PATH: `${home}/bin:/usr/bin:/bin`, TERM: "screen", LC_ALL: "C.UTF-8" };
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await run([PROGRAM, "completions", shell], env);
    await Deno.writeTextFile(`${home}/script.${shell}`, script);
  }
  await Deno.writeTextFile(`${home}/capture.zsh`, captureInZsh(home));
  return { folder: home, env };
}

const CACHING_PROGRAM = `#!/bin/sh
arguments=$(printf '%s\\n' "$@" | md5sum)
output="$HOME/output-\${arguments%% *}"
[ -f "$output" ] || '${PROGRAM}' "$@" > "$output" || exit
exec cat "$output"
`;

/**
 * Completes command lines, as if Tab were pressed at the end of each.
 *
 * @param lines Words separated by single spaces; the last word is completed and may be empty.
 * @returns The shell's completions of each line's last word, sorted.
 */
export async function complete(
  shell: ShellName,
  lines: readonly string[],
  { folder, env }: CompletionSetup,
): Promise<string[][]> {
  const outputs = await COMPLETERS[shell](lines, folder, env);
  return outputs.map((it) => [...new Set(it.split("\n").filter((completion) => completion !== ""))].sort());
}

type Environment = Readonly<Record<string, string>>;
type Completer = (lines: readonly string[], folder: string, env: Environment) => Promise<string[]>;

const COMPLETERS: Readonly<Record<ShellName, Completer>> = {
  "bash": bashCompleter(":"),
  "bash with bash-completion": bashCompleter("source /usr/share/bash-completion/bash_completion"),
  "bash with odd settings": bashCompleter("set -euf -o posix; IFS=:"),
  zsh: async (lines, folder, env) => split(await run(["zsh", "-f", "-c", ZSH, "zsh", folder, ...lines], env)),
  fish: async (lines, folder, env) =>
    split(await run(["fish", "--no-config", "-c", FISH, `${folder}/script.fish`, ...lines], env)),
};

/** Ends the completions of one line. */
const END = "<DONE>\n";

function split(output: string): string[] {
  return output.split(END).slice(0, -1);
}

const FISH = `
source $argv[1]
for line in $argv[2..]
  complete -C $line | string replace -r '\\t.*' ''
  echo '<DONE>'
end
`;

/** Calls the completion function as readline does, which also splits words at = and :. */
const BASH = `
eval "$1"; source "$2"; COMP_LINE=$3; shift 3
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_POINT=\${#COMP_LINE}
_fluxloop fluxloop "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]//$'\\n'/ and }"
`;

/** Starts a new bash for each line, because with \`set -e\` a failure exits the shell. */
function bashCompleter(settings: string): Completer {
  return async (lines, folder, env) => {
    const outputs = [];
    for (const line of lines) {
      const words = line.split(" ").flatMap((word) => word.split(/([=:]+)/)).filter((word, index, all) =>
        word !== "" || index === all.length - 1
      );
      // A trailing = is a word of its own, without an empty word after it.
      if (/[=:] $/.test(`${line} `)) words.pop();
      const args = [settings, `${folder}/script.bash`, line, ...words];
      outputs.push(await run(["bash", "--norc", "-c", BASH, "bash", ...args], env));
    }
    return outputs;
  };
}

/** Zsh completes only in a terminal. There it writes its completions to a file; Ctrl-U first clears the line. */
const ZSH = `
folder=$1; shift
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $folder/capture.zsh; print READ''Y"
zpty -r -m shell said '*READY*'
for line in "$@"; do
  zpty -w -n shell $'\\x15'"$line"$'\\t'
  zpty -r -m shell said '*<DONE>*'
  cat $folder/offered
  print '<DONE>'
done
zpty -d shell
`;
const captureInZsh = (folder: string) => `
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

async function run([command, ...args]: string[], env: Environment): Promise<string> {
  const output = await new Deno.Command(command, { args, clearEnv: true, env, stdin: "null", stderr: "piped" })
    .output();
  const errors = new TextDecoder().decode(output.stderr);
  if (errors !== "") throw new Error(`${command} failed: ${errors}`);
  return new TextDecoder().decode(output.stdout);
}
