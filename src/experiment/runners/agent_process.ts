import type { RunningProgram } from "../../context.ts";
import { parseJson } from "../../text/json.ts";
import { LastLines, LineSplitter } from "../lines.ts";
import { type ProcessRunner, RunError } from "../model.ts";
import { readReply } from "./protocol.ts";
import { withTimeLimit } from "./time_limit.ts";

const MIB = 1024 * 1024;
/** The maximum length of a line, in characters, and of the output for one input, in bytes. */
const LINE_LIMIT = 8 * MIB;
const ANSWER_LIMIT = 64 * MIB;
/** How many characters of a line are compared with `ready_pattern`: most patterns take quadratic time. */
const READY_LENGTH = 1000;
/** How long to wait for remaining output after a process has exited, and while it is running, in milliseconds. */
const DRAIN = 200;
const SETTLING = 20;
/** How long a process may take to exit by itself once its standard input or output is closed, in milliseconds. */
const LAST_MOMENT = 1000;

/** The input that the agent is handling. */
interface Question extends PromiseWithResolvers<string> {
  /** Sent once the agent is ready. */
  readonly line: string;
  deltas: string;
}

/** An agent's process, which handles one input after the other, and is stopped with all processes that it has started. */
export class AgentProcess {
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines = new LineSplitter();
  readonly #lastErrors = new LastLines();
  readonly #stopReading = new AbortController();
  readonly #outputRead: Promise<void>;
  readonly #errorsRead: Promise<void>;
  #question: Question | null = null;
  /** Bytes of output since the last input. */
  #received = 0;
  #isReady: boolean;
  #isUsable = true;
  #ending: Promise<void> | undefined;

  constructor(private readonly program: RunningProgram, private readonly settings: ProcessRunner) {
    this.#isReady = settings.readyPattern === null;
    this.#input = program.stdin.getWriter();
    this.#input.closed.catch(() => {}); // If a process doesn't read its input, its exit explains why.
    this.#outputRead = this.#read(program.stdout, (chunk) => this.#receive(chunk));
    this.#errorsRead = this.#read(program.stderr, (chunk) => this.#lastErrors.add(chunk));
    void this.#watch();
  }

  /** Whether it can handle an input: it is running, and hasn't written anything unexpected. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Whether it has written nothing since the last input. */
  get isSilent(): boolean {
    return this.#received === 0;
  }

  /**
   * Sends an input, and returns the agent's output.
   *
   * @param line A message of the protocol, with its line end.
   * @throws {RunError} When the agent fails; `isUsable` tells whether it can handle another input.
   * @throws `signal`'s reason.
   */
  async ask(line: string, signal: AbortSignal): Promise<string> {
    return await withTimeLimit(this.settings.timeout, signal, () => this.#timedOut(), async (signal) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => this.#fail(signal.reason));
      this.#lastErrors.clear();
      this.#received = 0;
      this.#question = { ...Promise.withResolvers<string>(), line, deltas: "" };
      const { promise } = this.#question;
      if (this.#isReady) this.#send();
      return await promise;
    });
  }

  /** Waits for remaining output. @returns The last lines of standard error since the last input. */
  async lastErrors(): Promise<readonly string[]> {
    await within(SETTLING, this.#errorsRead);
    return this.#lastErrors.lines;
  }

  /** Closes the process's input, and stops the process if it doesn't exit by itself. */
  async finish(): Promise<void> {
    this.#isUsable = false;
    this.#input.close().catch(() => {});
    await within(Math.min(this.settings.killTimeout, LAST_MOMENT), this.#gone());
    await this.end();
  }

  /** Stops the process and all processes that it has started. */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#isUsable = false;
    this.#input.close().catch(() => {});
    this.program.kill(this.settings.killSignal);
    await within(this.settings.killTimeout, this.#gone());
    this.program.kill("SIGKILL");
    await this.program.ended;
    // A process that has left the group may keep the streams open forever.
    const read = Promise.all([this.#outputRead, this.#errorsRead]);
    await within(DRAIN, read);
    this.#stopReading.abort();
    await read;
  }

  /** Waits for the process and for a child that outlives it, which usually keeps the standard output open. */
  #gone(): Promise<unknown> {
    return Promise.all([this.program.ended, this.#outputRead]);
  }

  #send(): void {
    if (this.#question === null) return;
    this.#input.write(new TextEncoder().encode(this.#question.line)).catch(() => {});
  }

  async #read(stream: ReadableStream<Uint8Array>, write: (chunk: Uint8Array) => void): Promise<void> {
    const { signal } = this.#stopReading;
    // A broken stream counts as ended.
    await stream.pipeTo(new WritableStream({ write }), { signal }).catch(() => {});
  }

  #receive(chunk: Uint8Array): void {
    // A failed process's output is read only so that the process doesn't block.
    if (!this.#isUsable) return;
    this.#received += chunk.length;
    if (this.#question !== null && this.#received > ANSWER_LIMIT) {
      return this.#fail(new RunError("flooded", `The agent wrote more than ${ANSWER_LIMIT / MIB} MiB for one input`));
    }
    for (const line of this.#lines.feed(chunk)) this.#take(line);
    if (this.#lines.open.length > LINE_LIMIT) {
      this.#fail(new RunError("flooded", `The agent wrote a line of more than ${LINE_LIMIT / MIB} MiB`));
    }
  }

  #take(line: string): void {
    if (!this.#isReady) {
      this.#isReady = this.settings.readyPattern!.test(line.slice(0, READY_LENGTH));
      if (this.#isReady) this.#send();
      return;
    }
    const reply = this.#isUsable ? readReply(line) : null;
    if (reply === null) return;
    const question = this.#question;
    // Unexpected output would be mistaken for the response to the next input.
    if (question === null) return void this.end();
    if (reply.type === "fault") return this.#fail(reply.error);
    if (reply.type === "delta") return void (question.deltas += reply.text);
    this.#question = null;
    if (reply.type === "final") question.resolve(reply.output ?? question.deltas);
    else question.reject(reply.error);
  }

  /** Fails the current input when the process ends or closes its output. */
  async #watch(): Promise<void> {
    await Promise.race([this.program.ended, this.#outputRead]);
    // The exit status says more than the closed output.
    const end = await within(LAST_MOMENT, this.program.ended);
    await within(DRAIN, this.#outputRead);
    // The last line may lack its line end; an incomplete message doesn't count.
    if (parseJson(this.#lines.open) !== undefined) this.#take(this.#lines.open);
    const event = end === undefined
      ? "closed its standard output"
      : end.signal === null
      ? `exited with code ${end.code}`
      : `was killed by ${end.signal}`;
    const moment = this.#isReady ? "before it responded" : "before it was ready";
    this.#fail(new RunError("crashed", `The agent ${event} ${moment}`));
    await this.end();
  }

  #fail(reason: unknown): void {
    this.#isUsable = false;
    this.#question?.reject(reason);
    this.#question = null;
  }

  #timedOut(): RunError {
    const span = `${this.settings.timeout / 1000} s`;
    const message = this.#isReady
      ? `The agent didn't respond within ${span}`
      : `The agent was not ready within ${span}: no line matched ready_pattern`;
    return new RunError("timeout", message);
  }
}

/** Waits for `event`, but at most `duration` milliseconds. */
async function within<T>(duration: number, event: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), duration);
  try {
    return await Promise.race([event, promise]);
  } finally {
    clearTimeout(timer);
  }
}
