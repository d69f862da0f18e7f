/**
 * Experiment folders for tests.
 *
 * @module
 */
import type { Context } from "../../src/context.ts";
import type { Experiment, RunResult } from "../../src/experiment/model.ts";
import { createExperimentFolder, type ExperimentOrigin } from "../../src/experiment/results/folder.ts";

/** An unmasked key that must not appear in any file. */
export const LEAKED_KEY = "flux_dev_leaked0123456789abcdefghijklm";
/** An agent's output that attacks the programs that display it. */
export const HOSTILE =
  `</pre><script>alert(1)</script><img src=x onerror=alert(2)> ]]> & "'\0\x07\x1b[31m\x9b\ufffe\ud800 \u202e ${LEAKED_KEY}`;

/** @returns A passed run with the ID `run_<number>`; `overrides` replaces the defaults. */
export function passed(number: number, output = `Answer ${number}`, overrides: Partial<RunResult> = {}): RunResult {
  return {
    request: {
      runId: `run_${number}`,
      input: { id: `inp_${number}`, text: `Question ${number}`, persona: { id: "per_1", name: "In a hurry" } },
      iteration: 0,
    },
    startedAt: new Date("2024-01-22T12:00:00Z"),
    duration: 100 + number,
    outcome: { status: "passed", output },
    ...overrides,
  };
}

/** @returns A failed run. */
export function failed(number: number, message = "The agent took longer than 30 s", stderr: string[] = []): RunResult {
  return passed(number, "", { outcome: { status: "failed", failure: { kind: "timeout", message, stderr } } });
}

/** Differences from a complete experiment with its own inputs. */
export interface ExperimentOptions {
  readonly name?: string;
  readonly maskedText?: string;
  readonly origin?: Partial<ExperimentOrigin>;
  /** Leaves the folder as a killed program would. */
  readonly isKilled?: boolean;
  readonly ending?: Experiment["ending"];
  /** Called after each run is written to the folder. */
  readonly afterRun?: (folder: string) => Promise<void>;
}

/** Writes an experiment with these runs below `outputDirectory`. @returns The experiment's folder. */
export async function experimentOf(
  context: Context,
  outputDirectory: string,
  results: readonly RunResult[],
  { name = "Nightly", maskedText = "name: Nightly\n", origin, isKilled, ending = "completed", afterRun }:
    ExperimentOptions = {},
): Promise<string> {
  const known = { planned: results.length, bundleVersionId: null, projectId: null, ...origin };
  const folder = await createExperimentFolder(context, { outputDirectory, name, maskedText }, known);
  for (const it of results) {
    folder.append(it);
    await afterRun?.(folder.path);
  }
  const good = results.filter((it) => it.outcome.status === "passed").length;
  const experiment: Experiment = {
    ...folder.experiment,
    endedAt: new Date(context.now().getTime() + 83_000),
    passed: good,
    failed: results.length - good,
    ending,
  };
  const summary = Deno.readTextFileSync(`${folder.path}/summary.json`);
  // Also closes the files: Windows can't remove open ones.
  await folder.finish(experiment);
  if (isKilled) {
    Deno.writeTextFileSync(`${folder.path}/summary.json`, summary);
    Deno.removeSync(`${folder.path}/result.html`);
  }
  return folder.path;
}
