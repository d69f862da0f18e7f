/**
 * Runs an agent that is a Python function, in processes that are kept: a module is imported once for
 * many runs.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { PythonRunner, Runner } from "../model.ts";
import { type ProcessBounds, processRunner } from "./process.ts";
import { PYTHON_BRIDGE } from "./python_bridge.ts";

/** How long a function's process has to end, in milliseconds. */
const KILL_TIMEOUT = 5000;

/**
 * @param context The outside world: the Python is the first one on its path.
 * @param configuration The function, and where it is. It is called with the input's text, and with the context (a `dict`
 * with `persona` and `iteration`) where it has a second parameter or one of that name; it returns, awaits or yields text.
 * @param bounds Of the test as a whole.
 * @returns A runner.
 */
export function pythonRunner(context: Context, configuration: PythonRunner, bounds: ProcessBounds): Runner {
  const { target, workingDirectory, pythonPath, env, timeout } = configuration;
  const python = context.system.os === "windows" ? "python" : "python3";
  return processRunner(context, {
    kind: "process",
    command: [python, "-c", PYTHON_BRIDGE, target, ...pythonPath],
    cwd: workingDirectory,
    env,
    readyPattern: null,
    timeout,
    killSignal: "SIGTERM",
    killTimeout: KILL_TIMEOUT,
    reuse: true,
  }, bounds);
}
