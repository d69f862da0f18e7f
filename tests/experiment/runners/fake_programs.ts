/**
 * An agent that does what its input says, inside the test's process: faster than a process of its own.
 *
 * @module
 */
import type { ProgramGroups, RunningProgram } from "../../../src/context.ts";

const encoder = new TextEncoder();

/** A running program. */
export class FakeProgram implements RunningProgram {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly ended: RunningProgram["ended"];
  readonly #end: (how: Awaited<RunningProgram["ended"]>) => void;
  #output!: ReadableStreamDefaultController<Uint8Array>;
  #errorOutput!: ReadableStreamDefaultController<Uint8Array>;
  #isOpen = true;

  /**
   * @param number Its number from 1, in place of a process ID.
   * @param receive Called with each message on standard input.
   */
  constructor(readonly number: number, receive: (message: { readonly input: string }, program: FakeProgram) => void) {
    const { promise, resolve } = Promise.withResolvers<Awaited<RunningProgram["ended"]>>();
    this.ended = promise;
    this.#end = resolve;
    this.stdout = new ReadableStream({ start: (it) => void (this.#output = it) });
    this.stderr = new ReadableStream({ start: (it) => void (this.#errorOutput = it) });
    this.stdin = new WritableStream({
      write: (chunk) => receive(JSON.parse(new TextDecoder().decode(chunk)), this),
      close: () => this.exit(0),
    });
  }

  /** Writes to standard output. */
  write(text: string): void {
    if (this.#isOpen) this.#output.enqueue(encoder.encode(text));
  }

  say(message: unknown): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  closeOutput(): void {
    if (this.#isOpen) this.#output.close();
    this.#isOpen = false;
  }

  exit(code: number, signal: string | null = null): void {
    this.closeOutput();
    try {
      this.#errorOutput.close();
    } catch {
      // It has already exited.
    }
    this.#end({ code, signal });
  }

  kill(signal: string): void {
    this.exit(143, signal);
  }
}

/** What an input such as `!error no quota` makes the agent do. */
const COMMANDS: Readonly<Record<string, (argument: string, program: FakeProgram, message: unknown) => void>> = {
  "respond-and-crash": (_, it) => {
    it.say({ type: "final", output: "last words" });
    it.exit(1);
  },
  "respond-twice": (_, it) => it.write('{"type":"final","output":"a"}\n{"type":"final","output":"b"}\n'),
  "respond-without-newline": (_, it) => {
    it.write('{"type":"final","output":"last words"}');
    it.exit(0);
  },
  "close-output": (_, it) => it.closeOutput(),
  crash: (code, it) => it.exit(Number(code)),
  deep: (_, it) => it.write(`{"type":"final","output":${"[".repeat(200_000)}${"]".repeat(200_000)}}\n`),
  deltas: (_, it) => {
    it.say({ type: "delta", delta: "one " });
    it.say({ type: "delta", delta: "two" });
    it.say({ type: "final" });
  },
  error: (error, it) => it.say({ type: "final", error }),
  "error-type": (error, it) => it.say({ type: "error", error, code: "RATE_LIMIT" }),
  flood: (_, it) => {
    for (let mib = 0; mib <= 64; mib++) it.say({ type: "progress", text: "x".repeat(1024 * 1024) });
  },
  garbage: (text, it) => it.write(`${text}\n`),
  "half-a-line": (_, it) => {
    it.write('{"type":"final","outp');
    it.exit(0);
  },
  hang: () => {},
  long: (size, it) => it.write(`"${"x".repeat(Number(size))}`),
  message: (_, it, message) => it.say({ type: "final", output: JSON.stringify(message) }),
  object: (_, it) => it.say({ type: "final", output: { answer: 42 } }),
  output: (size, it) => it.say({ type: "final", output: "x".repeat(Number(size)) }),
  pid: (_, it) => it.say({ type: "final", output: `${it.number}` }),
  unknown: (_, it) => {
    it.write("\n");
    it.say({ type: "progress", percent: 50 });
    it.say({ type: "final", output: "done" });
  },
};

/** @returns Programs that are agents, which echo their inputs or do what these say. Each writes `greeting` first. */
export function fakePrograms(greeting = ""): ProgramGroups {
  let started = 0;
  return {
    start() {
      const program = new FakeProgram(++started, (message, it) => {
        const [, name, argument = ""] = /^!(\S+) ?([^]*)$/.exec(message.input) ?? [];
        if (name === undefined) it.say({ type: "final", output: `Echo: ${message.input}` });
        else COMMANDS[name](argument, it, message);
      });
      program.write(greeting);
      return program;
    },
    close: () => Promise.resolve(),
  };
}
