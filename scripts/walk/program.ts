/**
 * The compiled program on its machine: one command after another, in one home.
 *
 * @module
 */
import type { Machine } from "./machines.ts";

/** A command that takes longer hangs, in milliseconds: an emulated one takes 20 seconds on a busy machine. */
const PATIENCE = 180_000;
/** Variables that programs of every system need. */
const INHERITED = ["PATH", "SYSTEMROOT", "TEMP", "TMP"];

/** What a command wrote, and its exit code. */
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

/** The program, ready to be run. */
export class Program {
  readonly #path: string;
  readonly #machine: Machine;
  /** The working directory of commands. */
  readonly folder: string;
  /** Variables of every command. */
  env: Readonly<Record<string, string>> = {};

  constructor(path: string, machine: Machine, folder: string) {
    this.#path = path;
    this.#machine = machine;
    this.folder = folder;
  }

  /** Starts a command, which is killed when it hangs, or by `signal`. */
  start(
    args: readonly string[],
    { stdin, env }: Input = {},
    signal = AbortSignal.timeout(PATIENCE),
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

  /** Runs a command to its end. */
  async run(args: readonly string[], input: Input = {}): Promise<Outcome> {
    const output = await this.start(args, input).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
    return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
  }

  /** Runs a command that has to succeed. @returns What it wrote to standard output. */
  async expect(args: readonly string[], input?: Input): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, input);
    if (code === 0) return stdout;
    throw new Error(`fluxloop ${args.join(" ")}: exit code ${code}\n${stdout}${stderr}`);
  }
}

/** @returns The text of a stream up to the first match of `pattern`, included. */
export async function readUntil(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<RegExpExecArray> {
  let text = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const match = pattern.exec(text);
    if (match !== null) {
      // The program must not wait for somebody to read the rest.
      (async () => {
        while (!(await reader.read()).done);
      })().catch(() => {});
      return match;
    }
    const { value, done } = await reader.read();
    if (done) throw new Error(`The program ended after this:\n${text}`);
    text += value;
  }
}
