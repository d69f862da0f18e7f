import type { Context } from "../../context.ts";
import type { ProcessRunner, PythonRunner, Runner, TestConfiguration } from "../model.ts";

/**
 * Creates the runner that the configuration names, and loads no other.
 *
 * @param caCerts Certificate authorities to trust in addition to the system's, in PEM form.
 * @returns The caller closes it.
 * @throws {ConfigurationError} When the proxy's URL is invalid.
 */
export async function createRunner(
  context: Context,
  configuration: Pick<TestConfiguration, "runner" | "parallelRuns" | "guards">,
  caCerts: readonly string[] = [],
): Promise<Runner> {
  const { runner, parallelRuns, guards: { outputCharLimit } } = configuration;
  if (runner.kind === "http") {
    const { httpRunner } = await import("./http.ts");
    return httpRunner(context, runner, outputCharLimit, caCerts);
  }
  const { Processes } = await import("./process.ts");
  const program = runner.kind === "python" ? await pythonProcess(context, runner) : runner;
  return new Processes(context, { ...program, outputCharLimit }, parallelRuns);
}

/** Processes are reused: importing a module may take long. */
async function pythonProcess(context: Context, runner: PythonRunner): Promise<ProcessRunner> {
  const { PYTHON_BRIDGE } = await import("./python_bridge.ts");
  const python = context.system.os === "windows" ? "python" : "python3";
  // A python.bat, as some version managers install it, passes on arguments of one line only.
  const start = "import os; exec(os.environ.pop('FLUXLOOP_BRIDGE'))";
  return {
    kind: "process",
    command: [python, "-c", start, runner.target, ...runner.pythonPath],
    cwd: runner.workingDirectory,
    env: { ...runner.env, FLUXLOOP_BRIDGE: PYTHON_BRIDGE },
    readyPattern: null,
    timeout: runner.timeout,
    killSignal: "SIGTERM",
    killTimeout: 5000,
    reuse: true,
  };
}
