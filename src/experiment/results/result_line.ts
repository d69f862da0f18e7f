import { ConfigurationError } from "../../errors.ts";
import { jsonText } from "../../text/json.ts";
import { redactKeys } from "../../text/mask.ts";
import type { RunResult } from "../model.ts";
import { LineSplitter } from "../lines.ts";
import { unreadable } from "./result_files.ts";

export const RESULTS_FILE = "results.jsonl";

const BUFFER_SIZE = 64 * 1024;

/** Formats a run as a line of `results.jsonl`, with keys masked. */
export function resultLine({ request: { runId, input, iteration }, startedAt, duration, outcome }: RunResult): string {
  const { persona } = input;
  return jsonText({
    run_id: runId,
    input: {
      id: redactKeys(input.id),
      text: redactKeys(input.text),
      persona: persona && { id: persona.id, name: redactKeys(persona.name) },
    },
    iteration,
    started_at: startedAt.toISOString(),
    duration_ms: Math.round(duration * 1000) / 1000,
    ...(outcome.status === "passed" ? { status: "passed", output: redactKeys(outcome.output) } : {
      status: "failed",
      failure: {
        kind: outcome.failure.kind,
        message: redactKeys(outcome.failure.message),
        stderr: outcome.failure.stderr.map(redactKeys),
      },
    }),
  }, 0);
}

/**
 * Reads the runs of an experiment one by one, in the order in which they finished. An incomplete last line, as a killed
 * program leaves it, is ignored.
 *
 * @throws {ConfigurationError} When the file can't be read or a line isn't a run.
 */
export async function* readResults(folder: string): AsyncGenerator<RunResult, void> {
  const path = `${folder}/${RESULTS_FILE}`;
  const splitter = new LineSplitter();
  let number = 0;
  try {
    using file = await Deno.open(path);
    // A stream would allocate a buffer for each chunk, and so take as much memory as the file.
    const buffer = new Uint8Array(BUFFER_SIZE);
    for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
      for (const line of splitter.feed(buffer.subarray(0, count))) {
        const result = parsed(line);
        number++;
        if (result === null) throw new ConfigurationError(`Can't read ${path}: line ${number} isn't a run`);
        yield result;
      }
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parsed(line: string): RunResult | null {
  try {
    const { run_id: runId, input, iteration, started_at, duration_ms: duration, status, output, failure } = JSON.parse(
      line,
    );
    const startedAt = new Date(started_at);
    const isPassed = status === "passed";
    const texts = [runId, input.id, input.text, input.persona?.name ?? "", isPassed ? output : failure.message];
    if (texts.some((it) => typeof it !== "string")) return null;
    if ([iteration, duration, startedAt.getTime()].some((it) => !Number.isFinite(it))) return null;
    return {
      request: { runId, input, iteration },
      startedAt,
      duration,
      outcome: isPassed ? { status, output } : { status: "failed", failure },
    };
  } catch {
    return null;
  }
}
