/**
 * The compiled program, run as people run it: a process of its own, with an environment that holds nothing of ours.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Outcome } from "./session.ts";
import { isWindows } from "./systems.ts";

/** The executable that `deno task compile` makes. */
export const PROGRAM = fromFileUrl(new URL(`../../dist/fluxloop${isWindows ? ".exe" : ""}`, import.meta.url));

/** The base of an executable, as the compile task recorded it. */
export interface Base {
  /** The Deno version inside. */
  readonly deno: string;
  readonly target: string;
}

/** @returns What {@linkcode PROGRAM} was compiled on. */
export function base(): Base {
  return JSON.parse(Deno.readTextFileSync(new URL("../../dist/base.json", import.meta.url)));
}

/** How to run the program. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Starts the program; the caller waits for it, or kills it. */
export function start(args: readonly string[], { env = {}, stdin, cwd }: ProgramOptions = {}): Deno.ChildProcess {
  const child = new Deno.Command(PROGRAM, {
    args: [...args],
    clearEnv: true,
    // Windows finds its own libraries through these.
    env: isWindows ? { SYSTEMROOT: Deno.env.get("SYSTEMROOT") ?? "", ...env } : env,
    cwd,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // The program may exit without reading all of it.
  if (stdin !== undefined) new Response(stdin).body!.pipeTo(child.stdin).catch(() => {});
  return child;
}

/** Runs the program to its end. */
export async function fluxloop(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await start(args, options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The embedded platform of the compiled program. */
export interface ServedPlatform {
  readonly url: string;
  /** The unmasked key, if this start created the data. */
  readonly key: string | null;
  /** Signs in to its pages, once. */
  readonly signInUrl: string;
  /** Stops it with this signal, unless it has already exited. @returns Its exit code. */
  stop(signal?: Deno.Signal): Promise<number>;
}

/** Starts `fluxloop platform serve --port 0 --json` and waits until it listens. */
export async function servePlatform(args: readonly string[], options: ProgramOptions = {}): Promise<ServedPlatform> {
  const child = start(["platform", "serve", "--port", "0", "--json", ...args], options);
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The platform did not start: ${await errors}`);
    line += value;
  }
  const { url, api_key: key, sign_in_url: signInUrl } = JSON.parse(line);
  const stop = async (signal: Deno.Signal) => {
    child.kill(signal);
    await reader.cancel();
    await errors;
    return (await child.status).code;
  };
  let exitCode: Promise<number> | undefined;
  return { url, key, signInUrl, stop: (signal = "SIGKILL") => exitCode ??= stop(signal) };
}
