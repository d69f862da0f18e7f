/**
 * The completion scripts, one for each shell.
 *
 * @module
 */
import { bashScript } from "./bash.ts";
import { describeTree, type TreeCommand } from "./describe.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/**
 * @param shell Whose script.
 * @param tree The program's main command, with all that is below it.
 * @returns The script.
 */
export function completionScript(shell: keyof typeof SCRIPTS, tree: TreeCommand): string {
  return SCRIPTS[shell](describeTree(tree));
}
