/**
 * The outside world as one object: environment, clock, terminal, streams, network, randomness and other programs. A test
 * can build a world of its own.
 *
 * @module
 */

/** Standard output or standard error. */
export interface TextStream {
  /** Writes `text`, unless its reader has gone. */
  write(text: string): void;
  /**
   * Writes `text` that is shown only once, such as a new key.
   *
   * @throws {SystemError} When it can't be written whole, also because its reader has gone.
   */
  deliver(text: string): void;
  isTerminal(): boolean;
  /** @returns The terminal's width; `null` without a terminal, or if it is unknown. */
  columns(): number | null;
}

/** Standard input. */
export interface TextInput {
  isTerminal(): boolean;
  /**
   * Reads to the end of input, but no more than `limit` bytes.
   *
   * @throws {InterruptedError} When the program is told to stop.
   */
  readText(limit: number): Promise<string>;
}

/**
 * Questions at a terminal: call them only if standard input is one. Each throws an `InterruptedError` on Ctrl-C, Ctrl-D or
 * a signal, and leaves the terminal as it was.
 */
export interface Prompts {
  /** Asks for a secret, which isn't echoed. */
  secret(message: string): Promise<string>;
  /** Asks for one of the choices; `current` is selected at first. */
  choose(
    message: string,
    choices: readonly PromptChoice[],
    current: string | undefined,
    colour: boolean,
  ): Promise<string>;
  /** Asks for at least `least` of the choices; `chosen` are selected at first. */
  chooseSeveral(
    message: string,
    choices: readonly PromptChoice[],
    chosen: readonly string[],
    least: number,
    colour: boolean,
  ): Promise<string[]>;
  /** Asks for a line of text, which isn't empty. */
  text(message: string, colour: boolean): Promise<string>;
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
  /** `null`: the proxy needs no password. */
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

/** How another program is run. No shell reads its arguments, but every user of the machine can see them. */
export interface ProgramOptions {
  readonly args: readonly string[];
  /** Its whole standard input. */
  readonly input: string;
  /** Added to the environment that it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the program. */
  readonly signal: AbortSignal;
}

/** How a program has ended. */
export interface ProgramResult {
  /** Its exit code, or 128 and the number of the signal that ended it. */
  readonly code: number;
  /** Up to 1 MiB each; then the program finds the pipe closed. */
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is started that is talked to while it runs. */
export interface StartOptions {
  readonly args: readonly string[];
  /** The absolute path of its working directory. */
  readonly cwd: string;
  /** Added to the environment that it inherits, which has no keys. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program that is talked to while it runs. */
export interface RunningProgram {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null }>;
  /** Sends a signal to it and to everything that it has started and that still runs. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): void;
}

/** Programs none of which outlives this one, however it ends. */
export interface ProgramGroups {
  /**
   * Starts a program in a session and process group of its own, which the terminal's signals don't reach.
   *
   * @param program Its name, or its path, relative to `cwd`.
   * @throws {Deno.errors.NotFound} When there is no such program or directory.
   * @throws What the system throws when it can't be run.
   */
  start(program: string, options: StartOptions): RunningProgram;
  /** Kills what is left of the programs and of everything that they have started. */
  close(): Promise<void>;
}

/** The outside world. */
export interface Context {
  /** @returns An environment variable's value. */
  env(name: string): string | undefined;
  /** Writes a line for `--verbose`; it holds no secret. */
  trace(line: string): void;
  now(): Date;
  /** @returns Milliseconds since an arbitrary moment, for measuring durations. */
  monotonic(): number;
  /**
   * Waits so many milliseconds.
   *
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
  /** `fetch` over a given connection. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /**
   * Opens a TCP connection and closes it.
   *
   * @throws What the system throws, or `signal`'s reason.
   */
  connect(hostname: string, port: number, signal: AbortSignal): Promise<void>;
  /**
   * Opens a TCP connection, sends `text` and reads one line.
   *
   * @returns At most 1,024 characters.
   * @throws As {@linkcode connect}.
   */
  firstLine(hostname: string, port: number, text: string, signal: AbortSignal): Promise<string>;
  /**
   * Reads a server's certificate, whether it is valid or not.
   *
   * @returns `null` if the runtime doesn't tell.
   * @throws As {@linkcode connect}.
   */
  peerCertificate(hostname: string, port: number, signal: AbortSignal): Promise<PeerCertificate | null>;
  /** @returns The working directory's absolute path. */
  cwd(): string;
  /**
   * Runs another program to its end, without a shell.
   *
   * @throws {Deno.errors.NotFound} When there is no such program.
   * @throws `signal`'s reason, after killing the program.
   */
  runProgram(program: string, options: ProgramOptions): Promise<ProgramResult>;
  /**
   * Starts another program without a shell and without the keys of the environment, and doesn't wait for it.
   *
   * @throws {Deno.errors.NotFound} When there is no such program.
   */
  launch(program: string, args: readonly string[]): void;
  /**
   * Runs another program in this one's place: with its streams, its terminal and its signals.
   *
   * @param env Added to the environment that it inherits.
   * @returns Its exit code, or 128 and the number of the signal that ended it.
   * @throws {Deno.errors.NotFound} When there is no such program.
   * @throws What the system throws when it can't be run.
   */
  execute(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number>;
  /** @returns Programs to talk to; the caller closes them. */
  programGroups(): ProgramGroups;
  /** How many programs of all `programGroups` can run at the same time. */
  readonly maxPrograms: number;
  /**
   * Keeps signals ignored that the caller ignores, as `nohup` does. It starts a process to find them: call it before
   * `stopped` is read and before there is a key.
   */
  keepIgnoredSignals(): void;
  /** Gives up starting processes for good, so that nothing can hand a key to one. */
  renounceProcesses(): void;
  /** Gives up reading variables that the program doesn't know by name; only a configuration's `${NAME}` needs them. */
  renounceEnvironment(): void;
  /** Aborted by Ctrl-C, by SIGTERM, and when the terminal closes. */
  readonly stopped: AbortSignal;
  /** Aborted when that happens again while the program is cleaning up. */
  readonly insisted: AbortSignal;
}
