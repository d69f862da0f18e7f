/**
 * What a command says, on which stream and whether at all: `--json`, `--quiet`, `--verbose` and `--no-color` are obeyed
 * here and nowhere else.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { redact } from "../output/mask.ts";
import { type Style, styleFor } from "../output/style.ts";
import type { RequestLog } from "../platform/transport.ts";

/** The options that every command takes (design: "Commands"). */
export interface GlobalOptions {
  readonly profile?: string;
  readonly apiUrl?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False where `--no-color` was given. */
  readonly color?: boolean;
  /** Only where the command has something to read. */
  readonly json?: boolean;
}

/** A command's voice. */
export interface Console {
  /** Told of each request, for `--verbose`. */
  readonly log: RequestLog;
  /** How standard error's text may look. */
  readonly style: Style;
  /** Gives a command's result: the text to people unless they asked for quiet, the document to programs. */
  result(text: () => string, json: () => unknown): void;
  /** Gives data that was asked for by name, which `--quiet` does not hold back. */
  data(text: () => string, json: () => unknown): void;
  /** Warns on standard error. */
  warn(text: string): void;
}

/**
 * @param context The outside world.
 * @param options The command's options.
 * @returns The command's voice.
 */
export function consoleFor(context: Context, options: GlobalOptions): Console {
  const data = (text: () => string, json: () => unknown) =>
    context.stdout.write(options.json ? JSON.stringify(json(), null, 2) + "\n" : text());
  return {
    log: options.verbose ? (line) => context.stderr.write(`${redact(line)}\n`) : () => {},
    style: styleFor(context, context.stderr, options.color !== false),
    data,
    result: (text, json) => data(options.quiet ? () => "" : text, json),
    warn: (text) => {
      if (!options.quiet) context.stderr.write(text);
    },
  };
}
