/**
 * Runs the compiled program as users do: in a process of its own, without this process's environment.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Outcome } from "./session.ts";
import { isWindows } from "./systems.ts";

/** The executable that `deno task compile` creates. */
export const PROGRAM = fromFileUrl(new URL(`../../dist/fluxloop${isWindows ? ".exe" : ""}`, import.meta.url));

/** The runtime inside an executable, as recorded by the compile task. */
export interface Base {
  /** The Deno version. */
  readonly deno: string;
  readonly target: string;
}

/** @returns The runtime that {@linkcode PROGRAM} was compiled with. */
export function base(): Base {
  return JSON.parse(Deno.readTextFileSync(new URL("../../dist/base.json", import.meta.url)));
}

/** How to run the program. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Starts the program; the caller has to wait for it or kill it. */
export function start(args: readonly string[], { env = {}, stdin, cwd }: ProgramOptions = {}): Deno.ChildProcess {
  const child = new Deno.Command(PROGRAM, {
    args: [...args],
    clearEnv: true,
    // Windows needs this to find its own libraries.
    env: isWindows ? { SYSTEMROOT: Deno.env.get("SYSTEMROOT") ?? "", ...env } : env,
    cwd,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // The program may exit before reading all of it.
  if (stdin !== undefined) new Response(stdin).body!.pipeTo(child.stdin).catch(() => {});
  return child;
}

/** Runs the program and waits for it to exit. */
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
  /** Signs in to the platform's pages; works once. */
  readonly signInUrl: string;
  /** Sends the signal unless the platform has already stopped. @returns Its exit code. */
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
    if (done) throw new Error(`The platform didn't start: ${await errors}`);
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
