/**
 * One process of an agent: started, asked one thing after the other, and ended with all that it has started.
 *
 * @module
 */
import type { RunningProgram } from "../../context.ts";
import type { ProcessRunner } from "../model.ts";
import { LastLines, LineSplitter } from "./lines.ts";
import { type Fault, readReply } from "./protocol.ts";
import { withTimeLimit } from "./time_limit.ts";

/** The most bytes of one line, and of all that is said on one input. */
const LINE_LIMIT = 8 * 1024 * 1024;
const ANSWER_LIMIT = 64 * 1024 * 1024;
/** How many characters of a line are compared with `ready_pattern`. */
const READY_LENGTH = 1000;
/** How long what a process has written may take to come, once it has ended, in milliseconds. */
const DRAIN = 200;
/** The same, while it runs on. */
const SETTLING = 20;
/** How long a process without standard output may take to end by itself, in milliseconds. */
const LAST_MOMENT = 1000;

/** How an agent's processes are dealt with. */
export type AgentSettings =
  & Pick<ProcessRunner, "readyPattern" | "timeout" | "killSignal" | "killTimeout">
  & { readonly outputCharLimit: number | null };

/** Thrown where an agent has failed. */
export class AgentFault extends Error {
  /**
   * @param fault What happened.
   * @param isOfBefore Whether it may be what was asked before, and answered, that has brought the process down.
   */
  constructor(readonly fault: Fault, readonly isOfBefore = false) {
    super(fault.message);
  }
}

/** What is being asked. */
interface Question {
  readonly resolve: (output: string) => void;
  readonly reject: (reason: unknown) => void;
  /** Sent once the agent takes inputs; `null`: it is sent. */
  line: string | null;
  /** Characters and bytes that came on it. */
  deltas: string;
  size: number;
}

const encoder = new TextEncoder();

/** One process of an agent. */
export class AgentProcess {
  readonly #program: RunningProgram;
  readonly #settings: AgentSettings;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #errors = new LastLines();
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #errorOutput: ReadableStreamDefaultReader<Uint8Array>;
  readonly #outputRead: Promise<void>;
  readonly #errorsRead: Promise<void>;
  #question: Question | null = null;
  #isReady: boolean;
  #isUsable = true;
  #hasAnswered = false;
  #hasEnded = false;
  #ending: Promise<void> | undefined;

  /**
   * @param program Just started.
   * @param settings How it is dealt with.
   */
  constructor(program: RunningProgram, settings: AgentSettings) {
    this.#program = program;
    this.#settings = settings;
    this.#isReady = settings.readyPattern === null;
    this.#writer = program.stdin.getWriter();
    this.#writer.closed.catch(() => {}); // A process that ends without reading what it is given says so by its end.
    this.#output = program.stdout.getReader();
    this.#errorOutput = program.stderr.getReader();
    this.#outputRead = this.#readOutput();
    this.#errorsRead = readAll(this.#errorOutput, (chunk) => this.#errors.add(chunk));
    void this.#watch();
  }

  /** Whether it can be asked: it runs, and has said nothing that it was not asked for. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** The last lines of its standard error since it was asked last. */
  get lastErrors(): readonly string[] {
    return this.#errors.lines;
  }

  /**
   * Asks the agent, which has nothing else to do. Whether it is of further use after a failure, it tells itself.
   *
   * @param line One line of the protocol, its end included.
   * @param signal Ends the wait at once.
   * @returns Its output.
   * @throws {AgentFault} When it fails.
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
      this.#errors.clear();
      this.#question = { resolve, reject, line, deltas: "", size: 0 };
      if (this.#isReady) this.#send();
      return await promise;
    });
  }

  /** Waits for what it has said on standard error before it failed. */
  async settled(): Promise<void> {
    await within(SETTLING, this.#errorsRead);
  }

  /** Lets the process end by itself now that its input has ended, and ends it where it does not. */
  async finish(): Promise<void> {
    this.#isUsable = false;
    this.#closeInput();
    await within(Math.min(this.#settings.killTimeout, LAST_MOMENT), this.#gone());
    await this.end();
  }

  /** Ends the process and all that it has started; what does not obey in time is killed. */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#isUsable = false;
    this.#closeInput();
    this.#program.kill(this.#settings.killSignal);
    await within(this.#settings.killTimeout, this.#gone());
    this.#program.kill("SIGKILL");
    await this.#program.ended;
    // Something that has left the group may hold the streams for ever.
    await within(DRAIN, Promise.all([this.#outputRead, this.#errorsRead]));
    await Promise.allSettled([this.#output.cancel(), this.#errorOutput.cancel()]);
  }

  /** A child that outlives the process holds its standard output, as a rule: it is given the same time. */
  #gone(): Promise<unknown> {
    return Promise.all([this.#program.ended, this.#outputRead]);
  }

  #closeInput(): void {
    this.#writer.close().catch(() => {});
  }

  #send(): void {
    const question = this.#question;
    if (question === null || question.line === null) return;
    this.#writer.write(encoder.encode(question.line)).catch(() => {});
    question.line = null;
  }

  async #readOutput(): Promise<void> {
    const splitter = new LineSplitter(LINE_LIMIT);
    const take = (line: string) => this.#take(line);
    await readAll(this.#output, (chunk) => {
      // Once it is known to be of no use, the rest is read so that the process is not held up, and forgotten.
      if (!this.#isUsable) return;
      const question = this.#question;
      if (question !== null && (question.size += chunk.length) > ANSWER_LIMIT) {
        this.#fail(flooded(`The agent wrote more than ${ANSWER_LIMIT / 1024 / 1024} MiB on one input`));
      } else if (!splitter.feed(chunk, take)) {
        this.#fail(flooded(`The agent wrote a line of more than ${LINE_LIMIT / 1024 / 1024} MiB`));
      }
    });
    // A program that ends need not end its last line; half an answer is none.
    splitter.end((line) => isWhole(line) && take(line));
    await within(LAST_MOMENT, this.#program.ended);
    if (this.#hasEnded) return; // How it ended says more.
    this.#fail({ kind: "crashed", message: "The agent closed its standard output before it answered" });
  }

  #take(line: string): void {
    if (!this.#isReady) {
      // Most patterns take quadratic time, and nothing can interrupt them.
      if (!this.#settings.readyPattern!.test(line.slice(0, READY_LENGTH))) return this.#takeEarly(line);
      this.#isReady = true;
      return this.#send();
    }
    if (!this.#isUsable) return;
    const reply = readReply(line);
    const question = this.#question;
    if (reply === null) return;
    // What nobody has asked for would be taken for the answer to the next input.
    if (question === null) return this.#fail(null);
    if (reply.type === "fault") return this.#fail(reply.fault);
    if (reply.type === "delta") question.deltas += reply.text;
    const output = reply.type === "final" ? reply.output ?? question.deltas : question.deltas;
    const limit = this.#settings.outputCharLimit;
    if (limit !== null && output.length > limit) {
      return this.#fail(flooded(`The agent's output is longer than ${limit.toLocaleString("en")} characters`));
    }
    if (reply.type === "delta") return;
    this.#question = null;
    this.#hasAnswered = true;
    if (reply.type === "final") question.resolve(output);
    else question.reject(new AgentFault(reply.fault));
  }

  /** Before it is ready an agent may say what it likes, and that it cannot start. */
  #takeEarly(line: string): void {
    if (!line.startsWith("{")) return;
    const reply = readReply(line);
    if (reply?.type === "fault" && reply.fault.kind === "not_started") this.#fail(reply.fault);
  }

  async #watch(): Promise<void> {
    const { code, signal } = await this.#program.ended;
    this.#hasEnded = true;
    await within(DRAIN, this.#outputRead);
    const end = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    const moment = this.#isReady ? "before it answered" : "before it was ready";
    this.#fail({ kind: "crashed", message: `The agent ${end} ${moment}` });
    await this.end();
  }

  #fail(fault: Fault | null): void {
    this.#isUsable = false;
    const question = this.#question;
    this.#question = null;
    if (fault === null) return void this.end();
    question?.reject(new AgentFault(fault, fault.kind === "crashed" && this.#hasAnswered && question.size === 0));
  }

  #timedOut(): AgentFault {
    const span = `${this.#settings.timeout / 1000} s`;
    const what = this.#isReady
      ? `The agent did not answer within ${span}`
      : `The agent was not ready within ${span}: no line matched ready_pattern`;
    return new AgentFault({ kind: "timeout", message: what });
  }
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
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
    // The process has gone, and the stream with it.
  }
}

/** Waits for `event`, and no longer than `duration` milliseconds. */
async function within(duration: number, event: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, duration);
  await Promise.race([event, promise]);
  clearTimeout(timer);
}
