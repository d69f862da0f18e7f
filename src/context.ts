/**
 * The outside world as one object: environment, clock, terminal, network, randomness and other programs. Tests replace it.
 *
 * @module
 */

/** Standard output or standard error. */
export interface TextStream {
  /** Writes `text`, unless its reader has exited. */
  write(text: string): void;
  /** Writes `text` that is shown only once, such as a new key. @throws {SystemError} If it can't be written completely. */
  deliver(text: string): void;
  isTerminal(): boolean;
  /** Returns the terminal's width; `null` without a terminal, or if it is unknown. */
  columns(): number | null;
}

/** Standard input. */
export interface TextInput {
  isTerminal(): boolean;
  /** Reads to the end of input, but at most `limit` bytes. @throws {InterruptedError} When the program is told to stop. */
  readText(limit: number): Promise<string>;
}

/** Questions at a terminal. They throw an `InterruptedError` on Ctrl-C, Ctrl-D or a signal. */
export interface Prompts {
  /** Asks for a secret, which isn't echoed. */
  secret(message: string): Promise<string>;
  /** Asks for one of the choices; `current` is selected at first. */
  choose(message: string, choices: readonly PromptChoice[], current?: string): Promise<string>;
  /** Asks for at least `least` of the choices; `chosen` are selected at first. */
  chooseSeveral(
    message: string,
    choices: readonly PromptChoice[],
    chosen: readonly string[],
    least: number,
  ): Promise<string[]>;
  /** Asks for a line of text, which isn't empty. */
  text(message: string): Promise<string>;
}

/** One of several choices. */
export interface PromptChoice {
  readonly value: string;
  readonly label: string;
}

/** A proxy between the program and a server. */
export interface ProxyServer {
  /** Its address, without user name and password. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string;
}

/** How a server is reached. Requests with equal values share connections. */
export interface Connection {
  readonly proxy: ProxyServer | null;
  /** Certificate authorities to trust in addition to the runtime's and the system's, in PEM form. */
  readonly caCerts: readonly string[];
}

/** What a server's certificate says. */
export interface PeerCertificate {
  /** The authority's name. */
  readonly issuer: string;
  readonly expires: Date;
}

/** How another program is run. All users of the machine can see its arguments. */
export interface ProgramOptions {
  readonly args: readonly string[];
  /** Its whole standard input. */
  readonly input: string;
  /** Added to the environment that it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the program. */
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface ProgramResult {
  /** Its exit code, or 128 and the number of the signal that ended it. */
  readonly code: number;
  /** At most 1 MiB each; then the pipe is closed. */
  readonly stdout: string;
  readonly stderr: string;
}

/** How an agent is started. */
export interface StartOptions {
  readonly args: readonly string[];
  /** The absolute path of its working directory. */
  readonly cwd: string;
  /** Added to the environment that it inherits, which has no keys. */
  readonly env: Readonly<Record<string, string>>;
}

/** An agent. */
export interface RunningProgram {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null }>;
  /** Sends a signal to it and to all programs that it started. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): void;
}

/** Agents, none of which outlives this program, however it ends. */
export interface ProgramGroups {
  /**
   * Starts a program in a session and process group of its own, which the terminal's signals don't reach.
   *
   * @param program Its name, or its path, relative to `cwd`.
   * @throws What the system throws if it can't be run.
   */
  start(program: string, options: StartOptions): RunningProgram;
  /** Kills the remaining programs and everything that they started. */
  close(): Promise<void>;
}

/** Everything from outside that the program uses, apart from the file system. */
export interface Context {
  env(name: string): string | undefined;
  /** Writes a line for `--verbose`; it holds no secret. */
  trace(line: string): void;
  now(): Date;
  /** Returns milliseconds since an arbitrary moment, for measuring durations. */
  monotonic(): number;
  /** Waits so many milliseconds. @throws `signal`'s reason. */
  sleep(duration: number, signal: AbortSignal): Promise<void>;
  /** Fills `bytes` with cryptographically strong random values and returns it. */
  random(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  readonly system: { readonly os: typeof Deno.build.os; readonly arch: typeof Deno.build.arch };
  readonly stdin: TextInput;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Loads the questions, with or without colour. */
  prompts(colour: boolean): Promise<Prompts>;
  /** Begins what takes long before the first TLS connection, so that it happens beside the program's other work. */
  prepareTls(): void;
  /** `fetch` over a given connection. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /**
   * Opens a TCP connection and closes it.
   *
   * @param text Sent over it; then a line of at most 1,024 characters is read and returned.
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
  /** Starts another program without the environment's keys, and doesn't wait for it. @throws {Deno.errors.NotFound} */
  launch(program: string, args: readonly string[]): void;
  /**
   * Runs another program in this one's place: with its streams, its terminal and its signals.
   *
   * @param env Added to the environment that it inherits.
   * @returns Its exit code, or 128 and the number of the signal that ended it.
   * @throws What the system throws if it can't be run.
   */
  execute(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number>;
  /** The caller closes the result. */
  programGroups(): ProgramGroups;
  /** How many programs of all `programGroups` can run at the same time. */
  readonly maxPrograms: number;
  /**
   * Keeps signals ignored that the caller ignores, as `nohup` does. It starts a process to find them: call it before
   * `stopped` is read and before there is a key.
   */
  keepIgnoredSignals(): void;
  /** Gives up the permission to start processes, so that no key can be passed to one. */
  renounceProcesses(): void;
  /** Gives up reading variables that the program doesn't know by name; only a configuration's `${NAME}` needs them. */
  renounceEnvironment(): void;
  /** Aborted by Ctrl-C, by SIGTERM, and when the terminal closes. */
  readonly stopped: AbortSignal;
  /** Aborted when that happens again while the program is cleaning up. */
  readonly insisted: AbortSignal;
}
