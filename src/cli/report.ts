/**
 * How a failure is told, be it one that was expected or not. Loaded where something has failed, and then only.
 *
 * @module
 */
import { ValidationError } from "@cliffy/command";
import type { Context } from "../context.ts";
import { FluxloopError, SystemError, UsageError } from "../errors.ts";
import { withoutColour } from "../text/ansi.ts";
import { errorJson } from "../output/failure.ts";
import { jsonText } from "../text/json.ts";
import { redactTokens } from "../text/mask.ts";
import type { Arguments } from "./arguments.ts";
import { reporterFor } from "./reporter.ts";

/**
 * Tells a failure: as a document on standard output where `--json` was given, else as text on standard error.
 *
 * @param context The outside world.
 * @param args What is known of the arguments; they may be what is wrong.
 * @param error What is told.
 */
export function report(context: Context, args: Arguments, error: FluxloopError): void {
  if (args.isJson) context.stdout.write(jsonText({ error: errorJson(error) }));
  else reporterFor(context, { verbose: args.isVerbose, color: args.isColoured }).failure(error);
}

/** @returns What was thrown as one of the failures that people are told about. */
export function expected(thrown: unknown): FluxloopError {
  if (thrown instanceof FluxloopError) return thrown;
  // It repeats arguments, one of which may be a mistyped key.
  if (thrown instanceof ValidationError) return new UsageError(redactTokens(withoutColour(thrown.message)));
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SystemError(
    `Internal error: ${message}. Please report this bug: https://github.com/fluxloop/fluxloop/issues`,
    { cause: thrown },
  );
}
