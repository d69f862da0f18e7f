import type { RunningProgram } from "../../context.ts";
import { LastLines, LineSplitter } from "../lines.ts";
import type { Guards, ProcessRunner } from "../model.ts";
import { type Fault, readReply, tooLong } from "./protocol.ts";
import { withTimeLimit } from "./time_limit.ts";

const MIB = 1024 * 1024;
/** The longest line, in characters, and the most output on one input, in bytes. */
const LINE_LIMIT = 8 * MIB;
const ANSWER_LIMIT = 64 * MIB;
/** How many characters of a line are compared with `ready_pattern`: most patterns take quadratic time. */
const READY_LENGTH = 1000;
/** How long output may still arrive after a process has ended, and while it runs, in milliseconds. */
const DRAIN = 200;
const SETTLING = 20;
/** How long a process may take to end by itself without standard input or output, in milliseconds. */
const LAST_MOMENT = 1000;

/** How an agent's processes are started and handled. */
export type AgentSettings = ProcessRunner & Pick<Guards, "outputCharLimit">;

/** Thrown where an agent has failed. */
export class AgentFault extends Error {
  /** @param isFromEarlierInput Whether the previous input may have ended the process. */
  constructor(readonly fault: Fault, readonly isFromEarlierInput = false) {
    super(fault.message);
  }
}

/** The current input. */
interface Question {
  readonly resolve: (output: string) => void;
  readonly reject: (reason: unknown) => void;
  /** Sent once the agent is ready. */
  readonly line: string;
  deltas: string;
  /** Bytes received. */
  size: number;
}

/** A process of an agent: gets one input after the other, and ends with everything that it has started. */
export class AgentProcess {
  readonly #program: RunningProgram;
  readonly #settings: AgentSettings;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #errorOutput: ReadableStreamDefaultReader<Uint8Array>;
  readonly #lastErrors = new LastLines();
  readonly #outputRead: Promise<void>;
  readonly #errorsRead: Promise<void>;
  #question: Question | null = null;
  #isReady: boolean;
  #isUsable = true;
  #hasAnswered = false;
  #hasEnded = false;
  #ending: Promise<void> | undefined;

  constructor(program: RunningProgram, settings: AgentSettings) {
    this.#program = program;
    this.#settings = settings;
    this.#isReady = settings.readyPattern === null;
    this.#input = program.stdin.getWriter();
    this.#input.closed.catch(() => {}); // A process that doesn't read its input says why by its end.
    this.#output = program.stdout.getReader();
    this.#errorOutput = program.stderr.getReader();
    this.#outputRead = this.#readOutput();
    this.#errorsRead = readAll(this.#errorOutput, (chunk) => this.#lastErrors.add(chunk));
    void this.#watch();
  }

  /** Whether it can get an input: it runs, and has written nothing unasked. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * @param line A message of the protocol, with its line end.
   * @param signal Aborts the wait.
   * @returns The agent's output.
   * @throws {AgentFault} When it fails; `isUsable` says whether it can get another input.
   * @throws `signal`'s reason.
   */
  async ask(line: string, signal: AbortSignal): Promise<string> {
    return await withTimeLimit(this.#settings.timeout, signal, () => this.#timedOut(), async (signal) => {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      signal.addEventListener("abort", () => {
        this.#isUsable = false;
        reject(signal.reason);
      });
      this.#lastErrors.clear();
      this.#question = { resolve, reject, line, deltas: "", size: 0 };
      if (this.#isReady) this.#send();
      return await promise;
    });
  }

  /** Waits for what it wrote before it failed. @returns The last lines of standard error since the last input. */
  async lastErrors(): Promise<readonly string[]> {
    await within(SETTLING, this.#errorsRead);
    return this.#lastErrors.lines;
  }

  /** Closes its input, and ends it where it doesn't end by itself. */
  async finish(): Promise<void> {
    this.#isUsable = false;
    this.#input.close().catch(() => {});
    await within(Math.min(this.#settings.killTimeout, LAST_MOMENT), this.#gone());
    await this.end();
  }

  /** Ends the process and all that it has started. */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#isUsable = false;
    this.#input.close().catch(() => {});
    this.#program.kill(this.#settings.killSignal);
    await within(this.#settings.killTimeout, this.#gone());
    this.#program.kill("SIGKILL");
    await this.#program.ended;
    // A process that has left the group may hold the streams forever.
    await within(DRAIN, Promise.all([this.#outputRead, this.#errorsRead]));
    await Promise.allSettled([this.#output.cancel(), this.#errorOutput.cancel()]);
  }

  /** A child that outlives the process usually holds its standard output, and gets the same time. */
  #gone(): Promise<unknown> {
    return Promise.all([this.#program.ended, this.#outputRead]);
  }

  #send(): void {
    if (this.#question === null) return;
    this.#input.write(new TextEncoder().encode(this.#question.line)).catch(() => {});
  }

  async #readOutput(): Promise<void> {
    const splitter = new LineSplitter();
    await readAll(this.#output, (chunk) => {
      // The output of a failed process is only read so that the process isn't blocked.
      if (!this.#isUsable) return;
      const question = this.#question;
      if (question !== null && (question.size += chunk.length) > ANSWER_LIMIT) {
        return this.#fail(flooded(`The agent wrote more than ${ANSWER_LIMIT / MIB} MiB for one input`));
      }
      for (const line of splitter.feed(chunk)) this.#take(line);
      if (splitter.open.length > LINE_LIMIT) {
        this.#fail(flooded(`The agent wrote a line of more than ${LINE_LIMIT / MIB} MiB`));
      }
    });
    // The last line may lack its end; half a message doesn't count.
    if (isJson(splitter.open)) this.#take(splitter.open);
    await within(LAST_MOMENT, this.#program.ended);
    if (this.#hasEnded) return; // How it ended says more.
    this.#fail({ kind: "crashed", message: "The agent closed its standard output before it answered" });
  }

  #take(line: string): void {
    if (!this.#isReady) {
      this.#isReady = this.#settings.readyPattern!.test(line.slice(0, READY_LENGTH));
      if (this.#isReady) this.#send();
      return;
    }
    const reply = this.#isUsable ? readReply(line) : null;
    if (reply === null) return;
    const question = this.#question;
    // Unasked output would count as the answer to the next input.
    if (question === null) return void this.end();
    if (reply.type === "fault") return this.#fail(reply.fault);
    if (reply.type === "delta") question.deltas += reply.text;
    const output = reply.type === "final" ? reply.output ?? question.deltas : question.deltas;
    const limit = this.#settings.outputCharLimit;
    if (limit !== null && output.length > limit) return this.#fail(tooLong(limit));
    if (reply.type === "delta") return;
    this.#question = null;
    this.#hasAnswered = true;
    if (reply.type === "final") question.resolve(output);
    else question.reject(new AgentFault(reply.fault));
  }

  async #watch(): Promise<void> {
    const { code, signal } = await this.#program.ended;
    this.#hasEnded = true;
    await within(DRAIN, this.#outputRead);
    const end = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
    const moment = this.#isReady ? "before it answered" : "before it was ready";
    this.#fail({ kind: "crashed", message: `The agent ${end} ${moment}` });
    await this.end();
  }

  #fail(fault: Fault): void {
    this.#isUsable = false;
    const question = this.#question;
    this.#question = null;
    question?.reject(new AgentFault(fault, fault.kind === "crashed" && this.#hasAnswered && question.size === 0));
  }

  #timedOut(): AgentFault {
    const span = `${this.#settings.timeout / 1000} s`;
    const message = this.#isReady
      ? `The agent did not answer within ${span}`
      : `The agent was not ready within ${span}: no line matched ready_pattern`;
    return new AgentFault({ kind: "timeout", message });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function flooded(message: string): Fault {
  return { kind: "flooded", message };
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  try {
    for (let it = await reader.read(); !it.done; it = await reader.read()) take(it.value);
  } catch {
    // The process has ended, and the stream with it.
  }
}

/** Waits for `event`, but at most `duration` milliseconds. */
async function within(duration: number, event: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, duration);
  await Promise.race([event, promise]);
  clearTimeout(timer);
}
