/**
 * Looks at the arguments before Cliffy parses them, or where it can't parse them.
 *
 * @module
 */

/** A first look at the arguments. */
export interface Arguments {
  /** The words that aren't options or their values: the command, then its arguments. */
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** False after `--no-color`. */
  readonly isColoured: boolean;
  /** An option without its value, or an empty argument, in words; `null` where there is none. */
  readonly emptyValue: string | null;
}

/** Options that take a value and may stand before the command: a profile may have a command's name. */
const VALUED: readonly string[] = ["--profile", "--api-url", "--timeout", "--ca-file"];

/**
 * Scans the program's arguments, up to `--`.
 *
 * @param args The arguments after the program's name.
 */
export function scanArguments(args: readonly string[]): Arguments {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const short = own.filter((it) => /^-[a-zA-Z]+$/.test(it)).join("");
  return {
    words: own.filter((it, index) => !it.startsWith("-") && !VALUED.includes(own[index - 1])),
    isJson: own.includes("--json"),
    isQuiet: own.includes("--quiet") || short.includes("q"),
    isVerbose: own.includes("--verbose") || short.includes("v"),
    isColoured: !own.includes("--no-color"),
    emptyValue: emptyValueIn(own),
  };
}

/**
 * An empty value is what a script passes whose variable is not set. Cliffy refuses it in one version and drops the option
 * in another, and `--profile ""` must not mean the default profile.
 */
function emptyValueIn(own: readonly string[]): string | null {
  const empty = own.findIndex((it) => it === "" || /^--[\w-]+=$/.test(it));
  if (empty === -1) return null;
  const option = own[empty] === "" ? own[empty - 1] : own[empty].slice(0, -1);
  return option?.startsWith("-") ? `The value of ${option} is empty` : "An argument is empty";
}
