/**
 * The types of a test, in the words of the hosted documentation: configuration, inputs, runs, results.
 *
 * @module
 */

/** `fluxloop.yaml`, read and checked. Durations are milliseconds. */
export interface TestConfiguration {
  readonly name: string;
  /** How often each input is run, 1 to 1,000. */
  readonly iterations: number;
  /** How many runs there are at once, 1 or more. */
  readonly parallelRuns: number;
  /** The wait before each run but the first one of a place, from 0 on. */
  readonly runDelay: number;
  /** Inputs of the file itself or of the file that it names; `null` where they are to be pulled. */
  readonly inputs: readonly TestInput[] | null;
  /** An absolute path. */
  readonly outputDirectory: string;
  readonly autoUpload: boolean;
  readonly runner: RunnerConfiguration;
  readonly guards: Guards;
}

/** What ends a run before its time, whatever the runner. */
export interface Guards {
  /** Milliseconds; `null` for no bound of its own. */
  readonly maxDuration: number | null;
  /** Characters of output; `null` for no bound of its own. */
  readonly outputCharLimit: number | null;
}

/** The way to the agent. */
export type RunnerConfiguration = ProcessRunner | HttpRunner | PythonRunner;

/** A program that speaks one JSON object a line. */
export interface ProcessRunner {
  readonly kind: "process";
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** An absolute path. */
  readonly cwd: string;
  /** Variables over the program's environment, `${…}` expanded. */
  readonly env: Readonly<Record<string, string>>;
  /** A line of standard output that matches says that the process takes inputs; `null`: it does at once. */
  readonly readyPattern: RegExp | null;
  readonly timeout: number;
  readonly killSignal: "SIGTERM" | "SIGINT" | "SIGKILL";
  /** How long a process has to end after `killSignal`, before SIGKILL. */
  readonly killTimeout: number;
  /** Whether processes are kept for further runs. */
  readonly reuse: boolean;
}

/** A server that is asked once a run. */
export interface HttpRunner {
  readonly kind: "http";
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly retry: { readonly attempts: number; readonly backoff: number; readonly statusCodes: readonly number[] };
  /** The request's body with `{{input}}`, `{{persona}}`, `{{iteration}}` in its texts; `null`: the input message itself. */
  readonly bodyTemplate: unknown;
  readonly stream: "none" | "sse";
  /** JSONPath to the text of an answer or of each event; `null`: the whole. */
  readonly streamOutputPath: string | null;
  /** The events that count, by name; `null`: all. */
  readonly streamEventFilter: readonly string[] | null;
}

/** A function of a Python module. */
export interface PythonRunner {
  readonly kind: "python";
  /** `package.module:function`. */
  readonly target: string;
  /** An absolute path. */
  readonly workingDirectory: string;
  /** Absolute paths that come first where Python looks for modules. */
  readonly pythonPath: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeout: number;
}

/** One thing to say to the agent. */
export interface TestInput {
  readonly id: string;
  readonly text: string;
  readonly persona: { readonly id: string | null; readonly name: string } | null;
}

/** One run of an input. */
export interface RunRequest {
  /** Unique within an experiment. */
  readonly runId: string;
  readonly input: TestInput;
  /** From 0 on. */
  readonly iteration: number;
}

/** An agent's response to one input. */
export interface AgentResponse {
  readonly output: string;
}

/** Why a run failed. */
export interface RunFailure {
  readonly kind: "agent_error" | "crashed" | "timeout" | "flooded" | "garbage" | "http" | "not_started" | "stopped";
  /** One sentence for people, with nothing secret in it. */
  readonly message: string;
  /** The agent's last lines on standard error, where it has one; control characters are still in them. */
  readonly stderr: readonly string[];
}

/** Thrown by a runner when a run, and that run alone, has failed. */
export class RunError extends Error {
  override readonly name = "RunError";

  constructor(readonly failure: RunFailure, options?: ErrorOptions) {
    super(failure.message, options);
  }
}

/** Runs an agent; made once for an experiment. */
export interface Runner {
  /**
   * Runs the agent on one input. As many runs as `parallelRuns` may be under way at once.
   *
   * @param request What is run.
   * @param signal Ends the run at once: the guard's time is up, or the program is told to stop.
   * @returns Its response.
   * @throws {RunError} When this run failed.
   * @throws `signal`'s reason, once nothing of the run is left behind.
   */
  run(request: RunRequest, signal: AbortSignal): Promise<AgentResponse>;
  /** Ends every process that is still there, its children included. */
  close(): Promise<void>;
}

/** A run that has ended, as it stands in `results.jsonl`. */
export interface RunResult {
  readonly request: RunRequest;
  readonly startedAt: Date;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcome: { readonly status: "passed"; readonly output: string } | {
    readonly status: "failed";
    readonly failure: RunFailure;
  };
}

/** The whole of an experiment, for summaries and reports. */
export interface Experiment {
  /** `exp_<UTC time>_<id>`, the name of its folder. */
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly planned: number;
  readonly passed: number;
  readonly failed: number;
  /** Whether it was stopped before all runs were done. */
  readonly isPartial: boolean;
  /** Where the inputs were pulled from, if they were. */
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}
