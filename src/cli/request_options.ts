import { trustedCertificates } from "../api_client/certificates.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { redact } from "../text/mask.ts";
import type { GlobalOptions } from "./command.ts";

/** The longest time limit, in seconds. */
const LONGEST = 3600;

/** Reads `--verbose`, `--timeout` and `--ca-file`, or their environment variables. */
export function requestOptions(context: Context, { verbose, timeout, caFile }: GlobalOptions): RequestOptions {
  return {
    log: verbose ? (line) => context.stderr.write(`${redact(line)}\n`) : undefined,
    deadline: deadlineOf(context, timeout),
    caCerts: trustedCertificates(context, caFile),
  };
}

function deadlineOf(context: Context, option: string | undefined): number | undefined {
  const text = option ?? (context.env("FLUXLOOP_TIMEOUT") || undefined);
  if (text === undefined) return undefined;
  const seconds = /^\d{1,4}(?:\.\d{1,3})?s?$/.test(text) ? Number.parseFloat(text) : 0;
  if (seconds > 0 && seconds <= LONGEST) return seconds * 1000;
  const origin = option === undefined ? "FLUXLOOP_TIMEOUT" : "--timeout";
  throw new UsageError(`${origin} must be a number of seconds up to ${LONGEST}, such as 10 or 2.5`);
}
