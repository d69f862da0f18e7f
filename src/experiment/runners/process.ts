/**
 * Runs an agent that is a program speaking one JSON object a line.
 *
 * @module
 */
import type { Context, ProgramGroups, RunningProgram } from "../../context.ts";
import { type AgentResponse, type ProcessRunner, RunError, type Runner, type RunRequest } from "../model.ts";
import { AgentFault, AgentProcess, type AgentSettings } from "./agent_process.ts";
import { inputMessage } from "./protocol.ts";

/** What a process runner must know beside its own part of the configuration. */
export interface ProcessBounds {
  /** How many runs there are at once, 1 or more. */
  readonly parallelRuns: number;
  /** Characters of output; `null` for no bound of its own. */
  readonly outputCharLimit: number | null;
}

/**
 * @param context The outside world.
 * @param configuration The program, and how it is dealt with.
 * @param bounds Of the test as a whole.
 * @returns A runner. With `reuse` a process is kept as long as it does what is agreed; without it each run has its own.
 */
export function processRunner(context: Context, configuration: ProcessRunner, bounds: ProcessBounds): Runner {
  return new Processes(context.programGroups(), configuration, bounds);
}

class Processes implements Runner {
  readonly #groups: ProgramGroups;
  readonly #configuration: ProcessRunner;
  readonly #settings: AgentSettings;
  readonly #mostEndings: number;
  readonly #idle: AgentProcess[] = [];
  readonly #processes = new Set<AgentProcess>();
  readonly #endings = new Set<Promise<void>>();

  constructor(groups: ProgramGroups, configuration: ProcessRunner, { parallelRuns, outputCharLimit }: ProcessBounds) {
    this.#groups = groups;
    this.#configuration = configuration;
    this.#settings = { ...configuration, outputCharLimit };
    this.#mostEndings = parallelRuns;
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<AgentResponse> {
    signal.throwIfAborted();
    const line = `${JSON.stringify(inputMessage(request))}\n`;
    const kept = this.#usable();
    try {
      return await this.#ask(kept ?? await this.#start(), line, signal);
    } catch (error) {
      // A kept process that ends without a word may have done so because of the run before, which must not fail this one.
      const isOfBefore = error instanceof RunError && error.cause instanceof AgentFault && error.cause.isOfBefore;
      if (kept === undefined || !isOfBefore) throw error;
      return await this.#ask(await this.#start(), line, signal);
    }
  }

  async #ask(agent: AgentProcess, line: string, signal: AbortSignal): Promise<AgentResponse> {
    try {
      return { output: await agent.ask(line, signal) };
    } catch (error) {
      // What is broken or stopped is gone before the run is over.
      if (!agent.isUsable || signal.aborted) await agent.end();
      if (!(error instanceof AgentFault)) throw error;
      await agent.settled();
      throw new RunError({ ...error.fault, stderr: agent.lastErrors }, { cause: error });
    } finally {
      this.#putBack(agent);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes].map((it) => it.end()));
    await Promise.all(this.#endings);
    await this.#groups.close();
  }

  #usable(): AgentProcess | undefined {
    for (let agent = this.#idle.pop(); agent !== undefined; agent = this.#idle.pop()) {
      if (agent.isUsable) return agent;
      this.#endBeside(agent);
    }
  }

  #putBack(agent: AgentProcess): void {
    if (this.#configuration.reuse && agent.isUsable) this.#idle.push(agent);
    else this.#endBeside(agent);
  }

  async #start(): Promise<AgentProcess> {
    // Agents that are slow to end must not become ever more.
    while (this.#endings.size >= this.#mostEndings) await Promise.race(this.#endings);
    const agent = new AgentProcess(this.#spawn(), this.#settings);
    this.#processes.add(agent);
    return agent;
  }

  #spawn(): RunningProgram {
    const { command: [program, ...args], cwd, env } = this.#configuration;
    try {
      return this.#groups.start(program, { args, cwd, env });
    } catch (error) {
      const message = isFolder(cwd)
        ? notStarted(program, error)
        : `The agent cannot be started: there is no folder ${cwd}`;
      throw new RunError({ kind: "not_started", message, stderr: [] }, { cause: error });
    }
  }

  /** The run is over, and need not wait for its process. */
  #endBeside(agent: AgentProcess): void {
    const ending: Promise<void> = agent.finish().finally(() => {
      this.#endings.delete(ending);
      this.#processes.delete(agent);
    });
    this.#endings.add(ending);
  }
}

function notStarted(program: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return `The agent cannot be started: there is no program "${program}"`;
  if (error instanceof Deno.errors.PermissionDenied) return `The agent cannot be started: "${program}" may not be run`;
  return `The agent cannot be started: the system refuses to run "${program}"`;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
