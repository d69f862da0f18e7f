/**
 * What a command says, on which stream and whether at all: `--json`, `--quiet`, `--verbose` and `--no-color` are obeyed
 * here and nowhere else.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { causesText, failureText } from "../output/failure.ts";
import { type FluxloopError, UsageError } from "../errors.ts";
import { jsonText } from "../text/json.ts";
import { redact } from "../text/mask.ts";
import { type Style, styleFor } from "../output/style.ts";
import { readCaFile } from "../api_client/certificates.ts";
import type { RequestOptions } from "../api_client/transport.ts";

/** The options that every command takes (design: "Commands"). */
export interface GlobalOptions {
  readonly profile?: string;
  readonly apiUrl?: string;
  readonly timeout?: string;
  readonly caFile?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False where `--no-color` was given. */
  readonly color?: boolean;
  /** Only where the command has something to read. */
  readonly json?: boolean;
}

/** A command's voice. */
export interface Console {
  /** How requests are made: told of for `--verbose`, and within `--timeout`. */
  readonly requests: RequestOptions;
  /** How standard error's text may look. */
  readonly style: Style;
  /** Gives a command's result: the text to people unless they asked for quiet, the document to programs. */
  result(text: () => string, json: () => unknown): void;
  /** Gives data that was asked for by name, which `--quiet` does not hold back. */
  data(text: () => string, json: () => unknown): void;
  /** Warns on standard error. */
  warn(text: string): void;
  /** Tells a failure on standard error, with what it came from for `--verbose`. */
  failure(error: FluxloopError): void;
}

/**
 * @param context The outside world.
 * @param options The command's options.
 * @returns The command's voice.
 */
export function consoleFor(context: Context, options: GlobalOptions): Console {
  const data = (text: () => string, json: () => unknown) =>
    context.stdout.write(options.json ? jsonText(json()) : text());
  const style = styleFor(context, context.stderr, options.color !== false);
  return {
    // Read when it is needed: a command that makes no request does not care.
    get requests() {
      const log = (line: string) => context.stderr.write(`${redact(line)}\n`);
      return {
        log: options.verbose ? log : undefined,
        deadline: deadlineOf(context, options.timeout),
        caCerts: caCertsOf(context, options.caFile),
      };
    },
    style,
    data,
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

function caCertsOf(context: Context, option: string | undefined): string[] {
  if (option !== undefined) return [readCaFile(option, "--ca-file")];
  const variable = context.env("FLUXLOOP_CA_FILE") || undefined;
  return variable === undefined ? [] : [readCaFile(variable, "FLUXLOOP_CA_FILE")];
}

/** The longest deadline, in seconds: an hour. */
const LONGEST = 3600;

function deadlineOf(context: Context, option: string | undefined): number | undefined {
  const variable = context.env("FLUXLOOP_TIMEOUT") || undefined;
  const text = option ?? variable;
  if (text === undefined) return undefined;
  const seconds = /^\d{1,4}(?:\.\d{1,3})?s?$/.test(text) ? Number.parseFloat(text) : 0;
  if (seconds > 0 && seconds <= LONGEST) return seconds * 1000;
  const origin = option === undefined ? "FLUXLOOP_TIMEOUT" : "--timeout";
  throw new UsageError(`${origin} takes seconds, more than 0 and at most ${LONGEST}, such as 10 or 2.5`);
}
