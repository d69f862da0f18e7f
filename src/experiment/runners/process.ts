import type { Context, ProgramGroups, RunningProgram } from "../../context.ts";
import { RunError, type Runner, type RunRequest } from "../model.ts";
import { infoOf } from "../results/result_files.ts";
import { AgentFault, AgentProcess, type AgentSettings } from "./agent_process.ts";
import { inputMessage } from "./protocol.ts";

/** Runs an agent that is a program. With `reuse`, processes that follow the protocol get further runs. */
export class Processes implements Runner {
  readonly #groups: ProgramGroups;
  readonly #settings: AgentSettings;
  readonly #parallelRuns: number;
  readonly #idle: AgentProcess[] = [];
  readonly #processes = new Set<AgentProcess>();
  /** Processes that end while the next run is active. */
  readonly #endings = new Set<Promise<void>>();

  constructor(context: Context, settings: AgentSettings, parallelRuns: number) {
    this.#groups = context.programGroups();
    this.#settings = settings;
    this.#parallelRuns = parallelRuns;
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const line = `${JSON.stringify(inputMessage(request))}\n`;
    const kept = this.#usable();
    try {
      return await this.#ask(kept ?? await this.#start(), line, signal);
    } catch (error) {
      // The run before may have ended a kept process; this one must not fail for it.
      const isFromEarlierInput = error instanceof RunError && error.cause instanceof AgentFault &&
        error.cause.isFromEarlierInput;
      if (kept === undefined || !isFromEarlierInput) throw error;
      return await this.#ask(await this.#start(), line, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes].map((it) => it.end()));
    await Promise.all(this.#endings);
    await this.#groups.close();
  }

  async #ask(agent: AgentProcess, line: string, signal: AbortSignal): Promise<string> {
    try {
      return await agent.ask(line, signal);
    } catch (error) {
      // A failed process ends before its run does.
      if (!agent.isUsable || signal.aborted) await agent.end();
      if (!(error instanceof AgentFault)) throw error;
      throw new RunError({ ...error.fault, stderr: await agent.lastErrors() }, { cause: error });
    } finally {
      if (this.#settings.reuse && agent.isUsable) this.#idle.push(agent);
      else this.#finish(agent);
    }
  }

  #usable(): AgentProcess | undefined {
    for (let agent = this.#idle.pop(); agent !== undefined; agent = this.#idle.pop()) {
      if (agent.isUsable) return agent;
      this.#finish(agent);
    }
  }

  async #start(): Promise<AgentProcess> {
    // Agents that are slow to end must not pile up.
    while (this.#endings.size >= this.#parallelRuns) await Promise.race(this.#endings);
    const agent = new AgentProcess(this.#spawn(), this.#settings);
    this.#processes.add(agent);
    return agent;
  }

  #spawn(): RunningProgram {
    const { command: [program, ...args], cwd, env } = this.#settings;
    try {
      return this.#groups.start(program, { args, cwd, env });
    } catch (error) {
      const reason = infoOf(cwd)?.isDirectory ? reasonOf(error, program) : `there is no folder ${cwd}`;
      const message = `Can't start the agent: ${reason}`;
      throw new RunError({ kind: "not_started", message, stderr: [] }, { cause: error });
    }
  }

  #finish(agent: AgentProcess): void {
    const ending: Promise<void> = agent.finish().finally(() => {
      this.#endings.delete(ending);
      this.#processes.delete(agent);
    });
    this.#endings.add(ending);
  }
}

function reasonOf(error: unknown, program: string): string {
  if (error instanceof Deno.errors.NotFound) return `there is no program "${program}"`;
  if (error instanceof Deno.errors.PermissionDenied) return `permission denied for "${program}"`;
  return `the system refuses to run "${program}"`;
}
