/**
 * A run that has ended as one line of `results.jsonl`, and back.
 *
 * @module
 */
import { ConfigurationError } from "../../errors.ts";
import { jsonText } from "../../text/json.ts";
import { redactKeys } from "../../text/mask.ts";
import { isObject } from "../../api_client/response.ts";
import type { RunFailure, RunResult, TestInput } from "../model.ts";
import { fileLines } from "./file_lines.ts";
import { unreadable } from "./result_files.ts";

/** The file's name in an experiment's folder. */
export const RESULTS_FILE = "results.jsonl";

/** A run that was read back, and where its line ends in the file, in bytes. */
export interface StoredResult {
  readonly result: RunResult;
  readonly end: number;
}

/**
 * @param result A run that has ended. A key in whatever was said is masked.
 * @returns Its line, with the line end.
 */
export function resultLine({ request, startedAt, duration, outcome }: RunResult): string {
  const { runId, input, iteration } = request;
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
 * Reads the runs of an experiment one by one, in the order in which they ended. A last line that was cut off, by a kill
 * in the middle of it, is passed over.
 *
 * @param folder The experiment's folder.
 * @param from Where to begin, in bytes: 0, or the end of a line.
 * @throws {ConfigurationError} When the file is not there or a line is none of these.
 */
export async function* readResults(folder: string, from = 0): AsyncGenerator<StoredResult, void> {
  const path = `${folder}/${RESULTS_FILE}`;
  try {
    for await (const { text, end } of fileLines(path, from)) {
      const result = parsed(text);
      if (result === undefined) {
        throw new ConfigurationError(`Can't read ${path}: the line that ends at byte ${end} isn't a run`);
      }
      yield { result, end };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parsed(line: string): RunResult | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { run_id: runId, iteration, started_at: started, duration_ms: duration } = value;
  const input = inputOf(value.input);
  const outcome = outcomeOf(value);
  const startedAt = new Date(typeof started === "string" ? started : NaN);
  const isRun = typeof runId === "string" && typeof iteration === "number" && typeof duration === "number" &&
    !Number.isNaN(startedAt.getTime());
  if (!isRun || input === undefined || outcome === undefined) return undefined;
  return { request: { runId, input, iteration }, startedAt, duration, outcome };
}

function inputOf(value: unknown): TestInput | undefined {
  if (!isObject(value) || typeof value.id !== "string" || typeof value.text !== "string") return undefined;
  const { id, text, persona } = value;
  if (!isObject(persona)) return { id, text, persona: null };
  if (typeof persona.name !== "string") return undefined;
  return { id, text, persona: { id: typeof persona.id === "string" ? persona.id : null, name: persona.name } };
}

function outcomeOf({ status, output, failure }: Record<string, unknown>): RunResult["outcome"] | undefined {
  if (status === "passed") return typeof output === "string" ? { status, output } : undefined;
  if (status !== "failed" || !isObject(failure) || typeof failure.message !== "string") return undefined;
  const { message, stderr } = failure;
  return {
    status,
    failure: {
      kind: String(failure.kind) as RunFailure["kind"],
      message,
      stderr: Array.isArray(stderr) ? stderr.map(String) : [],
    },
  };
}
