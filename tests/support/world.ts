/**
 * A test's world: a context with its own environment, clock, streams and home folder. Only the loopback network and the
 * files in the home are real.
 *
 * @module
 */
import type { Context } from "../../src/context.ts";
import { connect, fetchOver } from "../../src/system/network.ts";
import { runProgram } from "../../src/system/processes.ts";
import { programGroups } from "../../src/system/program_groups.ts";
import { peerCertificate } from "../../src/system/peer_certificate.ts";

/** Differences from an empty environment without a terminal. */
export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: Date;
  /** The content of standard input. */
  readonly stdin?: string;
  /** The input typed at the hidden prompt; if given, all streams are terminals. */
  readonly typed?: string;
  /** The terminal's width. */
  readonly columns?: number;
  readonly fetch?: Context["fetch"];
  readonly connect?: Context["connect"];
  /** The operating system that the program sees; the real one by default. */
  readonly os?: typeof Deno.build.os;
  /** The current folder; the home by default. */
  readonly cwd?: string;
  /** Replaces running programs; by default they really run, in this process's environment. */
  readonly runProgram?: Context["runProgram"];
  /** Replaces `exec` of another program, which by default fails. */
  readonly execute?: Context["execute"];
  /** How many agents can run at the same time. */
  readonly maxPrograms?: number;
}

/** A test's context, and its recorded output and effects. */
export interface World {
  readonly context: Context;
  /** `HOME`, initially an empty folder. */
  readonly home: string;
  /** The path of the credentials file. */
  readonly credentials: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The requested sleeps, in milliseconds; the tests don't actually wait. */
  readonly pauses: readonly number[];
  /** Programs started in the background, with their arguments. */
  readonly launched: readonly (readonly string[])[];
  /** The permissions that the program gave up, in order. */
  readonly renounced: readonly ("processes" | "environment")[];
  /** Stops the program, as a signal would. */
  readonly stop: () => void;
}

/** Noon on the date of the documentation's examples. */
export const DOCUMENTED_DAY = new Date("2024-01-22T12:00:00Z");

/** Creates a world with an empty home folder, which {@linkcode removeTestHomes} removes. */
export function world(options: WorldOptions = {}): World {
  const home = Deno.makeTempDirSync({ prefix: "fluxloop-test-" });
  homes.push(home);
  const env: Record<string, string> = { HOME: home, USERPROFILE: home, ...options.env };
  const stop = new AbortController();
  const terminal = options.typed !== undefined;
  const out: string[] = [];
  const err: string[] = [];
  const pauses: number[] = [];
  const launched: string[][] = [];
  const renounced: ("processes" | "environment")[] = [];
  const context: Context = {
    env: (name) => env[name],
    trace: () => {},
    now: () => options.now ?? DOCUMENTED_DAY,
    monotonic: () => 0,
    sleep: (duration) => {
      pauses.push(duration);
      return Promise.resolve();
    },
    random: (bytes) => crypto.getRandomValues(bytes),
    system: { os: options.os ?? Deno.build.os, arch: Deno.build.arch },
    stdin: { isTerminal: () => terminal, readText: (limit) => Promise.resolve((options.stdin ?? "").slice(0, limit)) },
    stdout: {
      write: (text) => void out.push(text),
      deliver: (text) => void out.push(text),
      isTerminal: () => terminal,
      columns: () => options.columns ?? null,
    },
    stderr: {
      write: (text) => void err.push(text),
      deliver: (text) => void err.push(text),
      isTerminal: () => terminal,
      columns: () => options.columns ?? null,
    },
    prompts: () =>
      Promise.resolve({
        secret: () => {
          if (options.typed === undefined) throw new Error("unexpected hidden prompt");
          return Promise.resolve(options.typed);
        },
        choose: () => Promise.reject(new Error("unexpected selection prompt")),
        chooseSeveral: () => Promise.reject(new Error("unexpected multiple selection prompt")),
        text: () => Promise.reject(new Error("unexpected text prompt")),
      }),
    prepareTls: () => {},
    fetch: options.fetch ?? fetchOver,
    connect: options.connect ?? connect,
    peerCertificate,
    cwd: () => options.cwd ?? home,
    runProgram: options.runProgram ?? runProgram,
    launch: (program, args) => void launched.push([program, ...args]),
    execute: options.execute ?? (() => Promise.reject(new Error("unexpected exec: it would replace the test process"))),
    programGroups,
    maxPrograms: options.maxPrograms ?? Infinity,
    keepIgnoredSignals: () => {},
    renounceProcesses: () => void renounced.push("processes"),
    renounceEnvironment: () => void renounced.push("environment"),
    stopped: stop.signal,
    stoppedAgain: new AbortController().signal,
  };
  return {
    context,
    home,
    credentials: `${home}/.fluxloop/credentials`,
    stdout: () => out.join(""),
    stderr: () => err.join(""),
    pauses,
    launched,
    renounced,
    stop: () => stop.abort(),
  };
}

const homes: string[] = [];

/** Removes the home folders of all worlds; call it after each test. */
export function removeTestHomes(): void {
  for (const home of homes.splice(0)) Deno.removeSync(home, { recursive: true });
}
