/**
 * A world of its own for the program to run in: a home folder that is thrown away, and an embedded platform that keeps
 * nothing. Whoever runs it keeps their own credentials and proxies out of it.
 *
 * @module
 */

/** A program and the arguments that come before its own. */
export type Program = readonly [command: string, ...args: string[]];

/** A sandbox, from {@linkcode openSandbox}. */
export interface Sandbox {
  /** The whole environment of every command in the sandbox. */
  readonly env: Record<string, string>;
  /** A valid key, unmasked. */
  readonly apiKey: string;
  /** Stops the platform and removes the home folder. */
  close(): Promise<void>;
}

/** Variables of this environment that would affect the sandbox from outside. */
const LEADING_OUT = /^(FLUXLOOP_.*|(HTTP|HTTPS|ALL|NO)_PROXY|SSL_CERT_FILE)$/i;

/**
 * @param program The program, `fluxloop`, however it is started.
 * @param signal Stops the running command; the sandbox must still be closed.
 * @throws {Error} When the platform does not start.
 */
export async function openSandbox(program: Program, signal?: AbortSignal): Promise<Sandbox> {
  const home = await Deno.makeTempDir({ prefix: "fluxloop-" });
  const env = { ...inheritedEnvironment(), HOME: home, USERPROFILE: home, FLUXLOOP_HOME: `${home}/.fluxloop` };
  const [command, ...args] = program;
  const platform = new Deno.Command(command, {
    args: [...args, "platform", "serve", "--port", "0", "--ephemeral", "--json"],
    clearEnv: true,
    env,
    signal,
    stdin: "null",
    stdout: "piped",
  }).spawn();

  async function close(): Promise<void> {
    try {
      platform.kill("SIGKILL"); // It has no files that could be left half-written.
    } catch {
      // It has already exited.
    }
    await platform.status;
    await Deno.remove(home, { recursive: true });
  }
  try {
    const { url, api_key: apiKey } = JSON.parse(await firstLine(platform.stdout));
    return { env: { ...env, FLUXLOOP_API_URL: url }, apiKey, close };
  } catch (error) {
    await close();
    throw new Error("The embedded platform did not start.", { cause: error });
  }
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !LEADING_OUT.test(name)));
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text;
}
