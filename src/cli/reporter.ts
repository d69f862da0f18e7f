/**
 * What a command reports, on which stream and whether at all: `--json`, `--quiet`, `--verbose` and `--no-color` are
 * followed here and nowhere else.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { FluxloopError } from "../errors.ts";
import { causesText, failureText } from "../output/failure.ts";
import { type Style, styleFor } from "../output/style.ts";
import { jsonText } from "../text/json.ts";

/** The options that decide what is reported. */
export interface ReporterOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False after `--no-color`. */
  readonly color?: boolean;
  readonly json?: boolean;
}

/** Reports to the caller. */
export interface Reporter {
  /** The style of text on standard error. */
  readonly style: Style;
  /** Reports a command's result: text unless `--quiet` is given, or JSON. */
  result(text: () => string, json: () => unknown): void;
  /** Writes data that was requested by name, even with `--quiet`. */
  data(text: () => string, json: () => unknown): void;
  /** As `data`, for what isn't shown again: it fails where nobody reads it. */
  deliver(text: () => string, json: () => unknown): void;
  /** Warns on standard error. */
  warn(text: string): void;
  /** Reports a failure on standard error, with its causes for `--verbose`. */
  failure(error: FluxloopError): void;
}

/**
 * Creates a command's reporter.
 *
 * @param options The command's options.
 */
export function reporterFor(context: Context, options: ReporterOptions): Reporter {
  const chosen = (text: () => string, json: () => unknown) => options.json ? jsonText(json()) : text();
  const data = (text: () => string, json: () => unknown) => context.stdout.write(chosen(text, json));
  const style = styleFor(context, context.stderr, options.color !== false);
  return {
    style,
    data,
    deliver: (text, json) => context.stdout.deliver(chosen(text, json)),
    result: (text, json) => data(options.quiet ? () => "" : text, json),
    failure(error) {
      context.stderr.write(failureText(error, style));
      if (options.verbose) context.stderr.write(causesText(error));
    },
    warn: (text) => {
      if (!options.quiet) context.stderr.write(text);
    },
  };
}
