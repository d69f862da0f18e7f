/**
 * Runs other programs.
 *
 * @module
 */
import type { ProgramOptions, ProgramResult } from "../context.ts";
import { WITHOUT_KEYS } from "../text/key_variables.ts";

/** How much of each of a program's output streams is kept, in bytes. */
const OUTPUT_LIMIT = 1024 * 1024;

/** Sends a signal to a program; does nothing if it has exited. */
export function unlessExited(send: () => void): void {
  try {
    send();
  } catch {
    // It has exited.
  }
}

/** Implements {@linkcode Context.runProgram}. */
export async function runProgram(
  program: string,
  { args, input, env, signal }: ProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args: [...args], env, ...streams }).spawn();
  // Not an error: if the program exits without reading its input, its exit code tells whether that is a failure.
  const writing = new Blob([input]).stream().pipeTo(child.stdin, { signal }).catch(() => {});
  // Other signals may not stop a program that waits for the user.
  const onAbort = () => unlessExited(() => child.kill("SIGKILL"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const outputs = [readStart(child.stdout, signal), readStart(child.stderr, signal)];
    const [stdout, stderr] = await Promise.all(outputs);
    const { code } = await child.status;
    await writing;
    signal.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    await child.status;
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Reads the first {@linkcode OUTPUT_LIMIT} bytes of a stream. An abort stops the reading, too, because a child of the
 * killed program may keep the stream open.
 */
async function readStart(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let remaining = OUTPUT_LIMIT;
  const enough = new Error("enough");
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      chunks.push(chunk.subarray(0, remaining));
      remaining -= chunk.length;
      if (remaining < 0) throw enough;
    },
  });
  await stream.pipeTo(sink, { signal }).catch((error) => {
    if (error !== enough) throw error;
  });
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** Implements {@linkcode Context.launch}. */
export function launch(program: string, args: readonly string[]): void {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  // In its own session, so that this terminal's Ctrl-C and hang-up don't stop a browser.
  new Deno.Command(program, { args: [...args], env: WITHOUT_KEYS, detached: true, ...streams }).spawn().unref();
}

/** The signals passed on to an executed program. SIGWINCH isn't: the terminal sends it to that program itself. */
const PASSED_ON: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
/** Signals that a terminal sends to its whole process group: the program has already received them. */
const FROM_TERMINAL: readonly Deno.Signal[] = ["SIGINT", "SIGQUIT"];

const IGNORING = `trap "" $0; exec "$@"`;

/**
 * Implements {@linkcode Context.execute}.
 *
 * @param ignored Signals that the other program must ignore, too.
 * @param onStart Called when the program has started.
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
