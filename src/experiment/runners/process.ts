import { resolve } from "@std/path";
import type { Context, ProgramGroups } from "../../context.ts";
import { type ProcessRunner, RunError, type Runner, type RunRequest } from "../model.ts";
import { statOrNull } from "../results/result_files.ts";
import { AgentProcess } from "./agent_process.ts";
import { inputMessage } from "./protocol.ts";

/** Runs an agent that is a program. With `reuse`, a process that follows the protocol handles further runs. */
export class Processes implements Runner {
  readonly #groups: ProgramGroups;
  readonly #idle: AgentProcess[] = [];
  readonly #processes = new Set<AgentProcess>();
  /** Processes that are stopping while the next run is active. */
  readonly #endings = new Set<Promise<void>>();

  constructor(context: Context, private readonly settings: ProcessRunner, private readonly parallelRuns: number) {
    this.#groups = context.programGroups();
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const line = `${JSON.stringify(inputMessage(request))}\n`;
    const kept = this.#usable();
    if (kept === undefined) return await this.#ask(await this.#start(), line, signal);
    try {
      return await this.#ask(kept, line, signal);
    } catch (error) {
      // The process may have exited because of the previous run, for which this run must not fail.
      if (!(error instanceof RunError && error.kind === "crashed" && kept.isSilent)) throw error;
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
      // A failed process is stopped before its run ends.
      if (!agent.isUsable || signal.aborted) await agent.end();
      throw error instanceof RunError ? new RunError(error.kind, error.message, await agent.lastErrors()) : error;
    } finally {
      if (this.settings.reuse && agent.isUsable) this.#idle.push(agent);
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
    // Agents that are slow to stop must not pile up.
    while (this.#endings.size >= this.parallelRuns) await Promise.race(this.#endings);
    const { command: [program, ...args], cwd, env } = this.settings;
    try {
      const agent = new AgentProcess(this.#groups.start(program, { args, cwd, env }), this.settings);
      this.#processes.add(agent);
      return agent;
    } catch (error) {
      const reason = statOrNull(cwd)?.isDirectory ? reasonOf(error, program, cwd) : `there is no folder ${cwd}`;
      throw new RunError("not_started", `Can't start the agent: ${reason}`);
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

function reasonOf(error: unknown, program: string, cwd: string): string {
  // The system reports a script whose interpreter is missing as missing itself.
  if (error instanceof Deno.errors.NotFound && /[/\\]/.test(program) && statOrNull(resolve(cwd, program))?.isFile) {
    return `the interpreter in the first line of "${program}" doesn't exist. Check the line, and that it has no Windows line end`;
  }
  if (error instanceof Deno.errors.NotFound) return `there is no program "${program}"`;
  if (error instanceof Deno.errors.PermissionDenied) return `permission denied for "${program}"`;
  return `the system refuses to run "${program}"`;
}
