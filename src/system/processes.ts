/**
 * Other programs, as the real world's {@linkcode Context} runs them.
 *
 * @module
 */
import type { ProgramOptions, ProgramResult } from "../context.ts";
import { WITHOUT_KEYS } from "../text/key_variables.ts";

/** The most that is kept of each of a program's outputs, in bytes. */
const OUTPUT_LIMIT = 1024 * 1024;

/** Sends a signal to a program, which may have exited. */
export function unlessExited(send: () => void): void {
  try {
    send();
  } catch {
    // It has exited.
  }
}

/** Runs another program to its end: {@linkcode Context.runProgram} of the real world. */
export async function runProgram(
  program: string,
  { args, input, env, signal }: ProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args: [...args], env, ...streams }).spawn();
  // A program that exits without reading its input says by its exit code whether that is a failure.
  const given = new Blob([input]).stream().pipeTo(child.stdin, { signal }).catch(() => {});
  // No other signal is sure to end a program that waits for a person.
  const onAbort = () => unlessExited(() => child.kill("SIGKILL"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const outputs = [firstOf(child.stdout, signal), firstOf(child.stderr, signal)];
    const [stdout, stderr] = await Promise.all(outputs);
    const { code } = await child.status;
    await given;
    signal.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    await child.status;
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * @returns The text that a stream starts with, {@linkcode OUTPUT_LIMIT} at most. An abort ends the reading, too: a child
 * of the program that is killed may keep the stream open.
 */
async function firstOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let room = OUTPUT_LIMIT;
  const enough = new Error("enough");
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      chunks.push(chunk.subarray(0, room));
      room -= chunk.length;
      if (room < 0) throw enough;
    },
  });
  await stream.pipeTo(sink, { signal }).catch((error) => {
    if (error !== enough) throw error;
  });
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** Starts a program without waiting for it: {@linkcode Context.launch} of the real world. */
export function launch(program: string, args: readonly string[]): void {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  // In its own session, so that this terminal's Ctrl-C and hang-up don't stop a browser.
  new Deno.Command(program, { args: [...args], env: WITHOUT_KEYS, detached: true, ...streams }).spawn().unref();
}

/** The signals passed on to a program that runs in this one's place. The terminal itself sends changes of its size. */
const PASSED_ON: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
/** What a terminal sends to the whole process group: the program has already received it. */
const FROM_TERMINAL: readonly Deno.Signal[] = ["SIGINT", "SIGQUIT"];

const IGNORING = `trap "" $0; exec "$@"`;

/**
 * Runs another program in this one's place: {@linkcode Context.execute} of the real world.
 *
 * @param ignored Signals that the other program ignores, too.
 * @param onStart Called once it runs.
 */
export async function execute(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ignored: ReadonlySet<Deno.Signal>,
  onStart: () => void,
): Promise<number> {
  const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  // Only a shell can start a program with signals ignored.
  const trap = [...ignored].map((it) => it.slice("SIG".length)).join(" ");
  const [command, ...words] = trap === "" ? [program, ...args] : ["/bin/sh", "-c", IGNORING, trap, program, ...args];
  const child = new Deno.Command(command, { args: words, env, ...streams }).spawn();
  const hasTerminal = [Deno.stdin, Deno.stdout, Deno.stderr].some((it) => it.isTerminal());
  const passing = PASSED_ON.filter((it) => !ignored.has(it)).map((signal) => {
    const pass = () => {
      if (!hasTerminal || !FROM_TERMINAL.includes(signal)) unlessExited(() => child.kill(signal));
    };
    Deno.addSignalListener(signal, pass);
    return [signal, pass] as const;
  });
  onStart();
  const { code } = await child.status;
  for (const [signal, pass] of passing) Deno.removeSignalListener(signal, pass);
  return code;
}
