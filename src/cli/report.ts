/**
 * Reports an error that ends the program. Loaded only when something has failed.
 *
 * @module
 */
import { ValidationError } from "@cliffy/command";
import type { Context } from "../context.ts";
import { FluxloopError, SystemError, UsageError } from "../errors.ts";
import { errorJson } from "../output/failure.ts";
import { withoutColour } from "../text/ansi.ts";
import { jsonText } from "../text/json.ts";
import { redactTokens } from "../text/mask.ts";
import type { Arguments } from "./arguments.ts";
import { reporterFor } from "./reporter.ts";

/** Patterns of the messages of Cliffy's parser, and this program's wording. */
const REWORDED: readonly (readonly [RegExp, string])[] = [
  [/^Option "(.+?)" must be of type ".+?", but got "(.*)"\.$/, 'Invalid value "$2" for $1'],
  [/^Missing value for option "(.+)"\.$/, "$1 requires a value"],
  [/^Option "(.+)" conflicts with option "(.+)"\.$/, "$1 can't be combined with $2"],
  [/^Option "(.+)" can only occur once, .*$/, "$1 can be given only once"],
  [/^No arguments allowed for command "(.+)"\.$/, '"$1" takes no arguments'],
  [/^Missing argument(?:\(s\))?: (.+)$/, "Missing argument: <$1>"],
  // Cliffy suggests the nearest name, however far it is.
  [/^(Unknown \w+ "-*(\w).*")\. Did you mean \w+ "-*(?!\2)\w.*"\?$/, "$1. See --help."],
  [/ Did you mean (?:command|option) "(.+)"\?$/, ' Did you mean "$1"?'],
];

/** Reports an error: with `--json` as a document on standard output, otherwise as text on standard error. */
export function report(context: Context, args: Arguments, error: FluxloopError): void {
  if (args.isJson) {
    try {
      return context.stdout.deliver(jsonText({ error: errorJson(error) }));
    } catch {
      // Nobody reads standard output.
    }
  }
  reporterFor(context, { verbose: args.isVerbose }).failure(error);
}

/** Converts anything that was thrown to an error to report. */
export function asFluxloopError(thrown: unknown): FluxloopError {
  if (thrown instanceof FluxloopError) return thrown;
  // The message repeats arguments, one of which may be a mistyped key.
  if (thrown instanceof ValidationError) return new UsageError(redactTokens(reworded(withoutColour(thrown.message))));
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SystemError(
    `Internal error: ${message}. Please report this bug: https://github.com/fluxloop/fluxloop/issues`,
    { cause: thrown },
  );
}

function reworded(message: string): string {
  const [sentence, values] = message.split(/ Expected values: /);
  const text = REWORDED.reduce((it, [pattern, words]) => it.replace(pattern, words), sentence);
  return values === undefined ? text : `${text}. Expected one of: ${values.replaceAll('"', "")}`;
}
