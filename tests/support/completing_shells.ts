/**
 * Real shells that complete lines with the scripts of the compiled program.
 *
 * @module
 */
import { PROGRAM } from "./program.ts";

/** The shells, bash in three set-ups. */
export const SHELLS = ["bash", "bash with bash-completion", "bash with odd settings", "zsh", "fish"] as const;
export type ShellName = typeof SHELLS[number];

/** A home folder that holds the completion scripts, and the environment of the shells in it. */
export interface Completing {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes an empty home folder ready for {@linkcode complete}.
 *
 * All shells put the same questions to the program, so the `fluxloop` on their path keeps its answers.
 */
export async function prepareShells(home: string): Promise<Completing> {
  await Deno.mkdir(`${home}/bin`);
  await Deno.writeTextFile(`${home}/bin/fluxloop`, ASK_ONCE, { mode: 0o755 });
  const env = { HOME: home, PATH: `${home}/bin:/usr/bin:/bin`, TERM: "screen", LC_ALL: "C.UTF-8" };
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await run([PROGRAM, "completions", shell], env);
    await Deno.writeTextFile(`${home}/script.${shell}`, script);
  }
  await Deno.writeTextFile(`${home}/capture.zsh`, captureInZsh(home));
  return { folder: home, env };
}

const ASK_ONCE = `#!/bin/sh
question=$(printf '%s\\n' "$@" | md5sum)
answer="$HOME/answer-\${question%% *}"
[ -f "$answer" ] || '${PROGRAM}' "$@" > "$answer" || exit
exec cat "$answer"
`;

/**
 * Completes lines, each as if Tab was pressed at its end.
 *
 * @param lines Words separated by one blank; the last one is completed, and may be empty.
 * @returns What the shell offers for the last word of each line, sorted.
 */
export async function complete(
  shell: ShellName,
  lines: readonly string[],
  { folder, env }: Completing,
): Promise<string[][]> {
  const outputs = await ASK[shell](lines, folder, env);
  return outputs.map((it) => [...new Set(it.split("\n").filter((offer) => offer !== ""))].sort());
}

type Environment = Readonly<Record<string, string>>;
type Ask = (lines: readonly string[], folder: string, env: Environment) => Promise<string[]>;

const ASK: Readonly<Record<ShellName, Ask>> = {
  "bash": askBash(":"),
  "bash with bash-completion": askBash("source /usr/share/bash-completion/bash_completion"),
  "bash with odd settings": askBash("set -euf -o posix; IFS=:"),
  zsh: async (lines, folder, env) => split(await run(["zsh", "-f", "-c", ZSH, "zsh", folder, ...lines], env)),
  fish: async (lines, folder, env) =>
    split(await run(["fish", "--no-config", "-c", FISH, `${folder}/script.fish`, ...lines], env)),
};

/** What stands behind the offers for a line. */
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

/** Calls the function as readline does, which also splits words at = and :. */
const BASH = `
eval "$1"; source "$2"; COMP_LINE=$3; shift 3
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_POINT=\${#COMP_LINE}
_fluxloop fluxloop "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]//$'\\n'/ and }"
`;

/** A new bash for each line: with \`set -e\` a failure ends it. */
function askBash(settings: string): Ask {
  return async (lines, folder, env) => {
    const outputs = [];
    for (const line of lines) {
      const words = line.split(" ").flatMap((word) => word.split(/([=:]+)/)).filter((word, index, all) =>
        word !== "" || index === all.length - 1
      );
      // An = at the end of the line is a word itself, with no empty word behind it.
      if (/[=:] $/.test(`${line} `)) words.pop();
      const args = [settings, `${folder}/script.bash`, line, ...words];
      outputs.push(await run(["bash", "--norc", "-c", BASH, "bash", ...args], env));
    }
    return outputs;
  };
}

/** Zsh completes only in a terminal. There it writes its offers to a file; Ctrl-U clears the line before. */
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
