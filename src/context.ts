/**
 * The outside world as one object: environment, clock, terminal, network, randomness and other programs. Tests replace it.
 *
 * @module
 */

/** Standard output or standard error. */
export interface TextStream {
  /** Writes `text`; does nothing if the reader has closed the stream. */
  write(text: string): void;
  /** Writes `text` that can't be shown again, such as a new key. @throws {SystemError} If it can't be written completely. */
  deliver(text: string): void;
  isTerminal(): boolean;
  /** Returns the terminal's width; `null` if the stream isn't a terminal or the width is unknown. */
  columns(): number | null;
}

/** Standard input. */
export interface TextInput {
  isTerminal(): boolean;
  /** Reads all input, but at most `limit` characters. @throws {InterruptedError} When the program is told to stop. */
  readText(limit: number): Promise<string>;
}

/** Questions on a terminal. They throw an `InterruptedError` on Ctrl-C, Ctrl-D or a signal. */
export interface Prompts {
  /** Asks for a secret, without echo. */
  secret(message: string): Promise<string>;
  /** Asks for one of the choices; `current` is preselected. */
  choose(message: string, choices: readonly PromptChoice[], current?: string): Promise<string>;
  /** Asks for at least `minimum` of the choices; `preselected` lists values. */
  chooseSeveral(
    message: string,
    choices: readonly PromptChoice[],
    preselected: readonly string[],
    minimum: number,
  ): Promise<string[]>;
  /** Asks for a non-empty line of text. */
  text(message: string): Promise<string>;
}

/** A choice that a question offers. */
export interface PromptChoice {
  readonly value: string;
  readonly label: string;
}

/** A proxy between the program and a server. */
export interface ProxyServer {
  /** The URL without user name and password. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string;
}

/** How to reach a server. Requests with equal values share connections. */
export interface Connection {
  readonly proxy: ProxyServer | null;
  /** Certificate authorities to trust in addition to the runtime's and the system's, in PEM form. */
  readonly caCerts: readonly string[];
}

/** A server's TLS certificate. */
export interface PeerCertificate {
  /** The name of the certificate authority. */
  readonly issuer: string;
  readonly expires: Date;
}

/** Options for {@linkcode Context.runProgram}. */
export interface ProgramOptions {
  /** All users of the machine can see them. */
  readonly args: readonly string[];
  /** The program's entire standard input. */
  readonly input: string;
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the program when aborted. */
  readonly signal: AbortSignal;
}

/** The result of a program that has exited. */
export interface ProgramResult {
  /** The exit code, or 128 plus the number of the signal that killed the program. */
  readonly code: number;
  /** At most 1 MiB each; then the pipe is closed. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Options for {@linkcode ProgramGroups.start}. */
export interface StartOptions {
  readonly args: readonly string[];
  /** The working directory's absolute path. */
  readonly cwd: string;
  /** Added to the inherited environment, from which keys are removed. */
  readonly env: Readonly<Record<string, string>>;
}

/** A running agent. */
export interface RunningProgram {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null }>;
  /** Sends a signal to the program's process group; on Windows, kills the program and its descendants. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): void;
}

/** Runs agents and kills those that are still running when this program exits, even by SIGKILL. */
export interface ProgramGroups {
  /**
   * Starts a program in its own session and process group, so that the terminal's signals don't reach it.
   *
   * @param program A name on the PATH, or a path, which may be relative to `cwd`.
   * @throws What the system throws if it can't be run.
   */
  start(program: string, options: StartOptions): RunningProgram;
  /** Kills the remaining programs and all processes that they started. */
  close(): Promise<void>;
}

/** Everything from outside that the program uses, apart from the file system. */
export interface Context {
  env(name: string): string | undefined;
  /** Writes a line if `--verbose` is on. It must not contain a secret. */
  trace(line: string): void;
  now(): Date;
  /** Returns milliseconds since an arbitrary moment, for measuring durations. */
  monotonic(): number;
  /** Waits `duration` milliseconds. @throws `signal`'s reason. */
  sleep(duration: number, signal: AbortSignal): Promise<void>;
  /** Fills `bytes` with cryptographically strong random values and returns it. */
  random(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  readonly system: { readonly os: typeof Deno.build.os; readonly arch: typeof Deno.build.arch };
  readonly stdin: TextInput;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Loads the questions, with or without colour. */
  prompts(colour: boolean): Promise<Prompts>;
  /** Starts the slow part of preparing the first TLS connection, in the background. */
  prepareTls(): void;
  /** Sends a request over a given connection. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /**
   * Opens a TCP connection and closes it.
   *
   * @param text Sent over the connection.
   * @returns The first line of the response to `text`, at most 1,024 bytes; empty without `text`.
   * @throws What the system throws, or `signal`'s reason.
   */
  connect(hostname: string, port: number, signal: AbortSignal, text?: string): Promise<string>;
  /** Reads a server's certificate, valid or not; `null` if the runtime can't. @throws As {@linkcode connect}. */
  peerCertificate(hostname: string, port: number, signal: AbortSignal): Promise<PeerCertificate | null>;
  /** Returns the working directory's absolute path. */
  cwd(): string;
  /**
   * Runs another program to its end, without a shell.
   *
   * @throws {Deno.errors.NotFound} When there is no such program.
   * @throws `signal`'s reason, after killing the program.
   */
  runProgram(program: string, options: ProgramOptions): Promise<ProgramResult>;
  /** Starts another program, without keys in its environment, and doesn't wait for it. @throws {Deno.errors.NotFound} */
  launch(program: string, args: readonly string[]): void;
  /**
   * Runs another program with this one's streams and terminal, and passes signals on to it.
   *
   * @param env Added to the inherited environment.
   * @returns The exit code, or 128 plus the number of the signal that killed the program.
   * @throws What the system throws if it can't be run.
   */
  execute(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number>;
  /** The caller must close the result. */
  programGroups(): ProgramGroups;
  /** How many programs can run at the same time, in all `programGroups` together. */
  readonly maxPrograms: number;
  /**
   * Keeps ignoring the signals that the parent process ignores, such as SIGHUP under `nohup`. It starts a process to
   * detect them, so call it before reading `stopped` or a key.
   */
  keepIgnoredSignals(): void;
  /** Gives up the permission to start processes, so that no key can be passed to one. */
  renounceProcesses(): void;
  /** Gives up the permission to read other variables than fluxloop's own; only a configuration's `${NAME}` needs it. */
  renounceEnvironment(): void;
  /** Aborted by Ctrl-C, by SIGTERM, and when the terminal closes. */
  readonly stopped: AbortSignal;
  /** Aborted by a second such signal, while the program is cleaning up. */
  readonly stoppedAgain: AbortSignal;
}
