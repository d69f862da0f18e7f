/**
 * The ways to an agent. Each is loaded only where the configuration names it.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import type { Runner, TestConfiguration } from "../model.ts";

/**
 * @param caCerts Certificate authorities to trust besides the system's, in PEM form.
 * @returns What runs the agent; the caller closes it.
 * @throws {ConfigurationError} When the configuration's values are invalid together.
 */
export async function createRunner(
  context: Context,
  configuration: TestConfiguration,
  caCerts: readonly string[] = [],
): Promise<Runner> {
  const { runner, parallelRuns, guards: { outputCharLimit } } = configuration;
  const bounds = { parallelRuns, outputCharLimit };
  switch (runner.kind) {
    case "process": {
      const { processRunner } = await import("./process.ts");
      return processRunner(context, runner, bounds);
    }
    case "http": {
      const { httpRunner } = await import("./http.ts");
      return httpRunner(context, runner, { outputCharLimit, caCerts });
    }
    case "python": {
      const { pythonRunner } = await import("./python.ts");
      return pythonRunner(context, runner, bounds);
    }
  }
}
