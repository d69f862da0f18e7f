/** The information in the arguments that is needed before Cliffy parses them, or if it can't parse them. */
export interface Arguments {
  /** The words that aren't options or their values: the command, then its arguments. */
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** False after `--no-color`. */
  readonly isColoured: boolean;
  /** An error about an empty value, or `null`. */
  readonly emptyValue: string | null;
}

/** Options whose value may precede the command and must not be mistaken for it. */
const VALUED: readonly string[] = ["--profile", "--api-url", "--timeout", "--ca-file"];

/** Scans the program's arguments, up to `--`. */
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
 * Finds an empty value, such as that of an unset variable in a script. Some versions of Cliffy would ignore the option, but
 * `--profile ""` must not mean the default profile.
 */
function emptyValueIn(own: readonly string[]): string | null {
  const empty = own.findIndex((it) => it === "" || /^--[\w-]+=$/.test(it));
  if (empty === -1) return null;
  const option = own[empty] === "" ? own[empty - 1] : own[empty].slice(0, -1);
  return option?.startsWith("-") ? `The value of ${option} is empty` : "An argument is empty";
}
