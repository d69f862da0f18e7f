/**
 * Agents, runners and runs for tests.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { ProgramGroups } from "../../../src/context.ts";
import { httpRunner } from "../../../src/experiment/runners/http.ts";
import { Processes } from "../../../src/experiment/runners/process.ts";
import {
  type HttpRunner,
  type ProcessRunner,
  RunError,
  type RunFailure,
  type Runner,
  type RunRequest,
} from "../../../src/experiment/model.ts";
import { world, type WorldOptions } from "../../support/world.ts";

const FIXTURES = fromFileUrl(new URL("./fixtures/", import.meta.url));

/** An agent that does what its input says. */
export const AGENT: ProcessRunner = {
  kind: "process",
  command: ["node", `${FIXTURES}agent.mjs`],
  cwd: Deno.cwd(),
  env: {},
  readyPattern: null,
  timeout: 30_000,
  killSignal: "SIGTERM",
  killTimeout: 10_000,
  reuse: false,
};

/** What differs from the usual. */
export interface Around extends WorldOptions {
  readonly parallelRuns?: number;
  readonly caCerts?: readonly string[];
  /** Instead of real processes. */
  readonly programs?: ProgramGroups;
}

/** @returns A runner; {@linkcode leaveRunners} closes it. */
export function runnerOf(runner: HttpRunner | ProcessRunner, around: Around = {}): Runner {
  const { parallelRuns = 4, caCerts } = around;
  const { context: real } = world(around);
  const { programs } = around;
  const context = programs === undefined ? real : { ...real, programGroups: () => programs };
  const created = runner.kind === "http"
    ? httpRunner(context, runner, caCerts)
    : new Processes(context, runner, parallelRuns);
  runners.push(created);
  return created;
}

const runners: Runner[] = [];

/** Closes all runners; call it after each test. */
export async function leaveRunners(): Promise<void> {
  await Promise.all(runners.splice(0).map((it) => it.close()));
}

/** @returns A run of this input, the first time unless told otherwise. */
export function requestOf(text: string, persona: string | null = null, iteration = 0): RunRequest {
  const input = { id: "input", text, persona: persona === null ? null : { id: null, name: persona } };
  return { runId: "run", input, iteration };
}

/** @returns The agent's output. */
export async function answerTo(runner: Runner, text: string): Promise<string> {
  return await runner.run(requestOf(text), new AbortController().signal);
}

/** @returns How the run on this input fails. */
export async function failureOf(runner: Runner, text: string): Promise<RunFailure> {
  try {
    const output = await answerTo(runner, text);
    throw new Error(`It answered: ${output}`);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const { kind, message, stderr } = error;
    return { kind, message, stderr };
  }
}
