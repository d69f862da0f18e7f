/**
 * Writes a command's results, warnings and failures, and applies `--json`, `--quiet` and `--verbose`.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { FluxloopError } from "../errors.ts";
import { causesText, failureText } from "../output/failure.ts";
import { type Style, styleFor } from "../output/style.ts";
import { jsonText } from "../text/json.ts";
import type { JsonOptions } from "./command.ts";

/** Writes a command's output. */
export interface Reporter {
  /** The style of text on standard error. */
  readonly style: Style;
  /** Reports a command's result: text unless `--quiet` is given, or JSON. */
  result(text: () => string, json: () => unknown): void;
  /** Writes data that was explicitly requested, even with `--quiet`. */
  data(text: () => string, json: () => unknown): void;
  /** Like `data`, for data that can't be shown again: throws if it can't be written. */
  deliver(text: () => string, json: () => unknown): void;
  /** Warns on standard error, except with `--quiet`. */
  warn(text: string): void;
  /** Reports a failure on standard error, with its causes if `--verbose` is given. */
  failure(error: FluxloopError): void;
}

/** Creates a command's reporter. */
export function reporterFor(context: Context, options: JsonOptions): Reporter {
  const { stdout, stderr } = context;
  const chosen = (text: () => string, json: () => unknown) => options.json ? jsonText(json()) : text();
  const data = (text: () => string, json: () => unknown) => stdout.write(chosen(text, json));
  const style = styleFor(context, stderr);
  return {
    style,
    data,
    deliver: (text, json) => stdout.deliver(chosen(text, json)),
    result: (text, json) => data(options.quiet ? () => "" : text, json),
    failure(error) {
      stderr.write(failureText(error, style));
      if (options.verbose) stderr.write(causesText(error));
    },
    warn(text) {
      if (!options.quiet) stderr.write(text);
    },
  };
}
