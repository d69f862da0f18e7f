/**
 * The ways to an agent. Each is loaded only where the configuration names it.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { Runner, TestConfiguration } from "../model.ts";

/**
 * @param context The outside world.
 * @param configuration The test's, read and checked.
 * @returns What runs the agent; the caller closes it.
 * @throws {ConfigurationError} When the runner cannot be what the configuration says.
 */
export async function createRunner(context: Context, configuration: TestConfiguration): Promise<Runner> {
  const { runner, parallelRuns, guards: { outputCharLimit } } = configuration;
  const bounds = { parallelRuns, outputCharLimit };
  switch (runner.kind) {
    case "process": {
      const { processRunner } = await import("./process.ts");
      return processRunner(context, runner, bounds);
    }
    case "http": {
      const { httpRunner } = await import("./http.ts");
      return httpRunner(context, runner, outputCharLimit);
    }
    case "python": {
      const { pythonRunner } = await import("./python.ts");
      return pythonRunner(context, runner, bounds);
    }
  }
}
