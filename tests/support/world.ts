/**
 * A world for one test: an environment, a clock, streams and a home folder of its own. Only the loopback network and the
 * files below the home are real.
 *
 * @module
 */
import type { Context } from "../../src/context.ts";
import { connect, fetchOver } from "../../src/system/network.ts";
import { runProgram } from "../../src/system/processes.ts";
import { programGroups } from "../../src/system/program_groups.ts";
import { peerCertificate } from "../../src/system/peer_certificate.ts";

/** What differs from an empty environment without a terminal. */
export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: Date;
  /** What standard input holds. */
  readonly stdin?: string;
  /** What is typed at the hidden prompt; where it is given, all streams are terminals. */
  readonly typed?: string;
  /** The terminal's width. */
  readonly columns?: number;
  readonly fetch?: Context["fetch"];
  readonly connect?: Context["connect"];
  /** The system that the program believes to run on; this one where it is left out. */
  readonly os?: typeof Deno.build.os;
  /** The current folder; the home where it is left out. */
  readonly cwd?: string;
  /** Without it programs are really run, in this process's own environment. */
  readonly runProgram?: Context["runProgram"];
  /** Stands for the program that would take this one's place; without it, none may. */
  readonly execute?: Context["execute"];
  /** How many agents can run at the same time. */
  readonly maxPrograms?: number;
}

/** A world, and what was said in it. */
export interface World {
  readonly context: Context;
  /** An empty folder, which is `HOME`. */
  readonly home: string;
  /** The credentials file in it. */
  readonly credentials: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** How long the program wanted to wait each time, in milliseconds; it did not. */
  readonly pauses: readonly number[];
  /** Programs that were started and left to themselves, with their arguments. */
  readonly launched: readonly (readonly string[])[];
  /** The powers that the program has given up, in order. */
  readonly renounced: readonly ("processes" | "environment")[];
  /** Tells the program to stop. */
  readonly stop: () => void;
}

/** Midday of the day on which the documentation's examples were written. */
export const DOCUMENTED_DAY = new Date("2024-01-22T12:00:00Z");

/** @returns A new world, with an empty home folder; {@linkcode leaveWorlds} removes it. */
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
          if (options.typed === undefined) throw new Error("a question was asked where nobody is");
          return Promise.resolve(options.typed);
        },
        choose: () => Promise.reject(new Error("a list was shown where nobody is")),
        chooseSeveral: () => Promise.reject(new Error("a list was shown where nobody is")),
        text: () => Promise.reject(new Error("a question was asked where nobody is")),
      }),
    prepareTls: () => {},
    fetch: options.fetch ?? fetchOver,
    connect: options.connect ?? connect,
    peerCertificate,
    cwd: () => options.cwd ?? home,
    runProgram: options.runProgram ?? runProgram,
    launch: (program, args) => void launched.push([program, ...args]),
    execute: options.execute ??
      (() => Promise.reject(new Error("another program would stand in the test's place"))),
    programGroups,
    maxPrograms: options.maxPrograms ?? Infinity,
    keepIgnoredSignals: () => {},
    renounceProcesses: () => void renounced.push("processes"),
    renounceEnvironment: () => void renounced.push("environment"),
    stopped: stop.signal,
    insisted: new AbortController().signal,
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

/** Removes the homes of all worlds; call it after each test. */
export function leaveWorlds(): void {
  for (const home of homes.splice(0)) Deno.removeSync(home, { recursive: true });
}
