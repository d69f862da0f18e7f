/** `fluxloop.yaml` with absolute paths, defaults and expanded variables. Durations are milliseconds. */
export interface TestConfiguration {
  readonly name: string;
  /** How often each input is run, 1 to 1,000. */
  readonly iterations: number;
  /** How many runs may be active at the same time, 1 to 1,000. */
  readonly parallelRuns: number;
  /** The pause before each run except the first ones. */
  readonly runDelay: number;
  /** `null` if the configuration has none. */
  readonly inputs: InputList | null;
  readonly outputDirectory: string;
  readonly autoUpload: boolean;
  readonly runner: ProcessRunner | HttpRunner;
  readonly guards: {
    readonly maxDuration: number | null;
    /** Characters of output. */
    readonly outputCharLimit: number | null;
  };
  /** The file's content with secrets masked. */
  readonly maskedText: string;
}

/** A program that reads and writes one JSON object per line. */
export interface ProcessRunner {
  readonly kind: "process";
  /** The program and its arguments, started without a shell. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Matches the line of output that says that the process is ready; `null` if it is ready immediately. */
  readonly readyPattern: RegExp | null;
  readonly timeout: number;
  readonly killSignal: "SIGTERM" | "SIGINT" | "SIGKILL";
  /** The time between `killSignal` and SIGKILL. */
  readonly killTimeout: number;
  /** Whether a process handles several runs. */
  readonly reuse: boolean;
}

/** A server that receives one request per run. */
export interface HttpRunner {
  readonly kind: "http";
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly retry: { readonly attempts: number; readonly backoff: number; readonly statusCodes: readonly number[] };
  /** The request's body with `{{input}}`, `{{persona}}`, `{{iteration}}`; `null` for the input message. */
  readonly bodyTemplate: unknown;
  readonly stream: "none" | "sse";
  /** JSONPath to the text in the response or in each event; `null` for all of it. */
  readonly streamOutputPath: string | null;
  /** The names of the events to read; `null` for all. */
  readonly streamEventFilter: readonly string[] | null;
}

export interface TestInput {
  readonly id: string;
  readonly text: string;
  readonly persona: { readonly id: string | null; readonly name: string } | null;
}

/** A list of inputs, such as an array. */
export interface InputList {
  readonly length: number;
  at(index: number): TestInput | undefined;
}

export interface RunRequest {
  /** Unique within an experiment. */
  readonly runId: string;
  readonly input: TestInput;
  /** Starts at 0. */
  readonly iteration: number;
}

/** Why a run failed. */
export interface RunFailure {
  readonly kind: "agent_error" | "crashed" | "timeout" | "flooded" | "garbage" | "http" | "not_started";
  /** One sentence, without secrets. */
  readonly message: string;
  /** The agent's last lines on standard error, which may contain control characters. */
  readonly stderr: readonly string[];
}

/** The failure of a single run. */
export class RunError extends Error {
  constructor(readonly kind: RunFailure["kind"], message: string, readonly stderr: readonly string[] = []) {
    super(message);
  }
}

/** Runs the agent of an experiment. */
export interface Runner {
  /**
   * Runs the agent on one input, at most `parallelRuns` times at once.
   *
   * @returns The agent's output.
   * @throws {RunError} When this run failed.
   * @throws `signal`'s reason, once the run's processes have ended.
   */
  run(request: RunRequest, signal: AbortSignal): Promise<string>;
  /** Stops all processes, including their children. */
  close(): Promise<void>;
}

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

/** Why a test ended; `failed_fast` after the first failed run, with `--fail-fast`. */
export type Ending = "completed" | "failed_fast" | "interrupted";

/** A finished test. */
export interface Experiment {
  /** `exp_<UTC time>_<id>`, the name of its folder. */
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly planned: number;
  readonly passed: number;
  readonly failed: number;
  readonly ending: Ending;
  /** Where the inputs were pulled from. */
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}
