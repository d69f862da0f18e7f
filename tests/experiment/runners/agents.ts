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

/** Options of {@linkcode runnerOf}. */
export interface RunnerOptions extends WorldOptions {
  readonly parallelRuns?: number;
  readonly caCerts?: readonly string[];
  /** Replaces real processes. */
  readonly programs?: ProgramGroups;
}

/** @returns A runner; {@linkcode closeRunners} closes it. */
export function runnerOf(runner: HttpRunner | ProcessRunner, options: RunnerOptions = {}): Runner {
  const { parallelRuns = 4, caCerts } = options;
  const { context: real } = world(options);
  const { programs } = options;
  const context = programs === undefined ? real : { ...real, programGroups: () => programs };
  const created = runner.kind === "http"
    ? httpRunner(context, runner, caCerts)
    : new Processes(context, runner, parallelRuns);
  runners.push(created);
  return created;
}

const runners: Runner[] = [];

/** Closes all runners; call it after each test. */
export async function closeRunners(): Promise<void> {
  await Promise.all(runners.splice(0).map((it) => it.close()));
}

/** @returns A request to run this input, by default in its first iteration. */
export function requestOf(text: string, persona: string | null = null, iteration = 0): RunRequest {
  const input = { id: "input", text, persona: persona === null ? null : { id: null, name: persona } };
  return { runId: "run", input, iteration };
}

/** @returns The agent's output. */
export async function outputOf(runner: Runner, text: string): Promise<string> {
  return await runner.run(requestOf(text), new AbortController().signal);
}

/** @returns How the run on this input fails. */
export async function failureOf(runner: Runner, text: string): Promise<RunFailure> {
  try {
    const output = await outputOf(runner, text);
    throw new Error(`the run succeeded with: ${output}`);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const { kind, message, stderr } = error;
    return { kind, message, stderr };
  }
}
