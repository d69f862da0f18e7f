/**
 * The outside world as one object: environment, clock, terminal, streams, network and randomness. Everything that the
 * program takes from outside comes in here, so that a test can build a world of its own.
 *
 * @module
 */
import { InterruptedError } from "./errors.ts";

/** A stream that text is written to: standard output or standard error. */
export interface TextStream {
  /** Writes `text`, unless its reader has gone. */
  write(text: string): void;
  /**
   * Writes `text` that is shown only once, such as a new key.
   *
   * @throws {SystemError} When it can't be written whole, also because its reader has gone.
   */
  deliver(text: string): void;
  /** Whether a person's terminal is at the other end. */
  isTerminal(): boolean;
  /** @returns The terminal's width in columns; `null` where it is no terminal or its width is unknown. */
  columns(): number | null;
}

/** Standard input. */
export interface TextInput {
  /** Whether a person's terminal is at the other end, so that a question can be asked. */
  isTerminal(): boolean;
  /**
   * Reads to the end of input.
   *
   * @param limit The most bytes to take; what is past them is left unread.
   * @throws {InterruptedError} When the program is told to stop.
   */
  readText(limit: number): Promise<string>;
}

/** Questions to the person at the terminal. Call them only where standard input is one. */
export interface Prompts {
  /**
   * Asks for a secret, which is never echoed.
   *
   * @param message What stands before the place where it is typed.
   * @throws {InterruptedError} On Ctrl-C, Ctrl-D or a signal; the terminal is as it was before.
   */
  secret(message: string): Promise<string>;
  /**
   * Asks for one of several.
   *
   * @param message What stands above the list.
   * @param choices One or more.
   * @param current The value that is chosen at first; the first one where it is none of them.
   * @param colour Whether colour may be used.
   * @returns The value that was chosen.
   * @throws {InterruptedError} As above.
   */
  choose(
    message: string,
    choices: readonly PromptChoice[],
    current: string | undefined,
    colour: boolean,
  ): Promise<string>;
  /**
   * Asks for several of a list.
   *
   * @param message What stands above the list.
   * @param choices One or more.
   * @param chosen The values that are chosen at first.
   * @param least How many have to be chosen, from 0 on.
   * @param colour Whether colour may be used.
   * @returns The values that were chosen, in the list's order.
   * @throws {InterruptedError} As above.
   */
  chooseSeveral(
    message: string,
    choices: readonly PromptChoice[],
    chosen: readonly string[],
    least: number,
    colour: boolean,
  ): Promise<string[]>;
  /**
   * Asks for a line of text that is no secret.
   *
   * @param message What stands before the place where it is typed.
   * @param colour Whether colour may be used.
   * @returns What was typed: one character or more.
   * @throws {InterruptedError} As above.
   */
  text(message: string, colour: boolean): Promise<string>;
}

/** One of several, and the line that stands for it. */
export interface PromptChoice {
  readonly value: string;
  readonly label: string;
}

/** A proxy between the program and a server. */
export interface ProxyServer {
  /** Its address, without user name and password. */
  readonly url: string;
  /** Decoded; `null` where the proxy needs no password. */
  readonly username: string | null;
  readonly password: string;
}

/** How a server is reached. Requests with equal values share connections. */
export interface Connection {
  /** `null`: no proxy. */
  readonly proxy: ProxyServer | null;
  /** Certificate authorities to trust in addition to the runtime's and the system's, in PEM form. */
  readonly caCerts: readonly string[];
}

/** What a server's certificate says of itself. */
export interface PeerCertificate {
  /** The authority's name. */
  readonly issuer: string;
  readonly expires: Date;
}

/** How another program is run. */
export interface ProgramOptions {
  /** Its arguments, as they are: no shell reads them. Every user of the machine can see them. */
  readonly args: readonly string[];
  /** The whole of its standard input. */
  readonly input: string;
  /** Variables that stand over this program's own environment, which it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program at once. */
  readonly signal: AbortSignal;
}

/** What a program that has ended leaves. */
export interface ProgramResult {
  /** Its exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  /** What it wrote, up to 1 MiB each; it finds the pipe closed when it writes more. */
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is started that is talked to while it runs. */
export interface StartOptions {
  /** Its arguments, as they are: no shell reads them. Every user of the machine can see them. */
  readonly args: readonly string[];
  /** The folder that it starts in, an absolute path. */
  readonly cwd: string;
  /** Variables that stand over this program's own environment, which it inherits without the keys. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program that is talked to while it runs. */
export interface RunningProgram {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** How it ended: its exit code, and the signal where one ended it. */
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null }>;
  /** Sends a signal to it and to all that it has started; nothing happens where they have ended. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): void;
}

/** Programs of which none outlives this one, however it ends. */
export interface ProgramGroups {
  /**
   * Starts a program without a shell, in a session and a process group of its own: what a terminal sends does not reach it.
   *
   * @param program Its name, to be found as the system finds programs, or its path, a relative one from `cwd` on.
   * @throws {Deno.errors.NotFound} When there is no such program, or no such folder.
   * @throws What the system throws, when it may not be run.
   */
  start(program: string, options: StartOptions): RunningProgram;
  /** Ends, with SIGKILL, whatever is left of the programs and of all that they have started. */
  close(): Promise<void>;
}

/** The outside world. */
export interface Context {
  /** @returns An environment variable's value; `undefined` where it is not set. */
  env(name: string): string | undefined;
  /** Writes a line for `--verbose`, without secrets. */
  trace(line: string): void;
  /** @returns The current time. */
  now(): Date;
  /** @returns Milliseconds from an arbitrary start, never going back, for measuring durations. */
  monotonic(): number;
  /**
   * Waits.
   *
   * @param duration Milliseconds, from 0 on.
   * @param signal Ends the wait at once.
   * @throws `signal`'s reason.
   */
  sleep(duration: number, signal: AbortSignal): Promise<void>;
  /** Fills `bytes` with cryptographically strong random values and returns it. */
  random(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  readonly system: { readonly os: typeof Deno.build.os; readonly arch: typeof Deno.build.arch };
  readonly stdin: TextInput;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly prompts: Prompts;
  /** `fetch`, on a connection of the caller's choice. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /**
   * Makes a connection, and ends it again.
   *
   * @param hostname A name or an address.
   * @param port 1 to 65535.
   * @param signal Ends the wait at once.
   * @throws What the system throws, or `signal`'s reason.
   */
  connect(hostname: string, port: number, signal: AbortSignal): Promise<void>;
  /**
   * Makes a connection, sends a text and reads what comes back up to the first line end.
   *
   * @param hostname A name or an address.
   * @param port 1 to 65535.
   * @param text What is sent.
   * @param signal Ends the wait at once.
   * @returns The line without its end; at most 1,024 characters.
   * @throws What the system throws, or `signal`'s reason.
   */
  firstLine(hostname: string, port: number, text: string, signal: AbortSignal): Promise<string>;
  /**
   * Looks at a server's certificate, whether it is a good one or not.
   *
   * @param hostname A name or an address.
   * @param port 1 to 65535.
   * @param signal Ends the wait at once.
   * @returns What it says; `null` where the runtime does not tell.
   * @throws What the system throws, or `signal`'s reason.
   */
  peerCertificate(hostname: string, port: number, signal: AbortSignal): Promise<PeerCertificate | null>;
  /** @returns The current folder's absolute path. */
  cwd(): string;
  /**
   * Runs another program to its end, without a shell.
   *
   * @param program Its name, to be found as the system finds programs, or its path.
   * @throws {Deno.errors.NotFound} When there is no such program.
   * @throws `signal`'s reason, once the program is killed.
   */
  runProgram(program: string, options: ProgramOptions): Promise<ProgramResult>;
  /**
   * Starts another program, without a shell and without the keys of this program's environment, and leaves it to itself.
   *
   * @param program Its name or its path.
   * @param args Its arguments, as they are.
   * @throws {Deno.errors.NotFound} When there is no such program.
   */
  launch(program: string, args: readonly string[]): void;
  /**
   * Runs another program in this one's place: with its streams, its terminal and the signals that come for it.
   *
   * @param program Its name, to be found as the system finds programs, or its path.
   * @param args Its arguments, as they are: no shell reads them.
   * @param env Variables that stand over this program's own environment, which it inherits.
   * @returns Its exit code; 128 and the signal's number where a signal ended it.
   * @throws {Deno.errors.NotFound} When there is no such program.
   * @throws What the system throws, when it may not be run.
   */
  execute(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number>;
  /** @returns A place for programs that are talked to; the caller closes it. */
  programGroups(): ProgramGroups;
  /** How many programs of all `programGroups` can run at the same time. */
  readonly maxPrograms: number;
  /**
   * Lets the signals that the caller ignores, as `nohup` does, stay ignored. It starts a process to find them; call it
   * before `stopped` is asked for, and before there is a key.
   */
  keepIgnoredSignals(): void;
  /**
   * Gives up the power to start processes, for good: what handles a key and needs no other program must not be able to
   * hand the key to one.
   */
  renounceProcesses(): void;
  /**
   * Gives up the power to read any environment variable but those that the program knows by name, for good: only what
   * expands a configuration's `${NAME}` needs the others.
   */
  renounceEnvironment(): void;
  /** Aborted when the program is told to stop: by Ctrl-C, by its terminal closing, by SIGTERM. */
  readonly stopped: AbortSignal;
  /** Aborted when it is told so a second time, while it still puts things in order. */
  readonly insisted: AbortSignal;
}

/**
 * Waits for something that can't be cancelled, such as a read, no longer than until the program is told to stop.
 *
 * @param work What is waited for; it is left to itself then.
 * @param stopped As {@linkcode Context.stopped}.
 * @throws {InterruptedError} When the program is told to stop, or was before.
 */
export async function unlessStopped<T>(work: Promise<T>, stopped: AbortSignal): Promise<T> {
  const stop = Promise.withResolvers<never>();
  const onStop = () => stop.reject(new InterruptedError());
  stopped.addEventListener("abort", onStop);
  if (stopped.aborted) onStop();
  try {
    return await Promise.race([stop.promise, work]);
  } finally {
    stopped.removeEventListener("abort", onStop);
  }
}
