/**
 * Runs commands of the compiled program on a machine.
 *
 * @module
 */
import type { Machine } from "./machines.ts";

/** The time limit for a command, in milliseconds. Emulated, a command takes up to 20 seconds on a busy machine. */
const TIMEOUT = 180_000;
/** Variables that programs need on any operating system. */
const INHERITED = ["PATH", "SYSTEMROOT", "TEMP", "TMP"];

/** A command's exit code and output. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command's standard input and environment. */
export interface Input {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The compiled program. */
export class Program {
  readonly #path: string;
  readonly #machine: Machine;
  /** The working directory of commands. */
  readonly folder: string;
  /** Variables for every command. */
  env: Readonly<Record<string, string>> = {};

  constructor(path: string, machine: Machine, folder: string) {
    this.#path = path;
    this.#machine = machine;
    this.folder = folder;
  }

  /** Starts a command, which `signal` kills; by default after a time limit. */
  start(
    args: readonly string[],
    { stdin, env }: Input = {},
    signal = AbortSignal.timeout(TIMEOUT),
  ): Deno.ChildProcess {
    const inherited = INHERITED.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    const [command, ...first] = [...this.#machine.from, this.#path];
    const child = new Deno.Command(command, {
      args: [...first, ...args],
      cwd: this.folder,
      clearEnv: true,
      env: { ...Object.fromEntries(inherited), ...this.#machine.env, ...this.env, ...env },
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      signal,
    }).spawn();
    if (stdin !== undefined) new Response(stdin).body!.pipeTo(child.stdin).catch(() => {});
    return child;
  }

  /** Runs a command and waits for it to exit. */
  async run(args: readonly string[], input: Input = {}): Promise<Outcome> {
    const output = await this.start(args, input).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
    return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
  }

  /** Runs a command and throws if it fails. @returns Its standard output. */
  async expect(args: readonly string[], input?: Input): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, input);
    if (code === 0) return stdout;
    throw new Error(`fluxloop ${args.join(" ")}: exit code ${code}\n${stdout}${stderr}`);
  }
}

/** Reads a stream until its text matches the pattern. @returns The match. */
export async function readUntil(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<RegExpExecArray> {
  let text = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const match = pattern.exec(text);
    if (match !== null) {
      // Discards the rest, so that the program doesn't block.
      (async () => {
        while (!(await reader.read()).done);
      })().catch(() => {});
      return match;
    }
    const { value, done } = await reader.read();
    if (done) throw new Error(`The program exited. Its output:\n${text}`);
    text += value;
  }
}
