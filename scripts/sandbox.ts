/**
 * A sandbox for the program: a temporary home folder and an ephemeral embedded platform, isolated from the user's own
 * credentials and proxies.
 *
 * @module
 */

/** A command with leading arguments, to which a program's own arguments are appended. */
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

/** Variables that the sandbox doesn't inherit. */
const EXCLUDED = /^(FLUXLOOP_.*|(HTTP|HTTPS|ALL|NO)_PROXY|SSL_CERT_FILE)$/i;

/**
 * Opens a sandbox.
 *
 * @param program The command that starts `fluxloop`.
 * @param signal Stops the platform; the sandbox must still be closed.
 * @throws {Error} If the platform doesn't start.
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
      platform.kill("SIGKILL"); // Safe, because it writes no files.
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
    throw new Error("The embedded platform didn't start.", { cause: error });
  }
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !EXCLUDED.test(name)));
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text;
}
