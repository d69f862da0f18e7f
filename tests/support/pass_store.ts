/**
 * A temporary home with a `pass` password store and a GnuPG key without a passphrase.
 *
 * @module
 */

/** The GnuPG key's user ID. */
const OWNER = "fluxloop-test";

/** A password store in a temporary home. */
export interface PassStore {
  /** The environment for programs that use the store. */
  readonly env: Readonly<Record<string, string>>;
  /** Stops the GnuPG agent and removes the home. */
  remove(): Promise<void>;
}

/** Creates a home, and unless `initialized` is false, an empty password store in it. */
export async function createPassStore({ initialized = true } = {}): Promise<PassStore> {
  const home = await Deno.makeTempDir({ prefix: "fluxloop-pass-" });
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    GNUPGHOME: `${home}/gnupg`,
    PASSWORD_STORE_DIR: `${home}/store`,
  };
  await Deno.mkdir(env.GNUPGHOME, { mode: 0o700 });

  async function remove(): Promise<void> {
    const sockets = (await run(env, "gpgconf", "--list-dirs", "socketdir")).trim();
    // The agent exits and removes its sockets some time after the kill command; the next command waits for that.
    do await run(env, "gpgconf", "--kill", "all"); while (hasSockets(sockets));
    if (sockets !== env.GNUPGHOME) await run(env, "gpgconf", "--remove-socketdir");
    await Deno.remove(home, { recursive: true });
  }
  try {
    if (initialized) {
      const key = [OWNER, "future-default", "default", "never"];
      await run(env, "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", ...key);
      await run(env, "pass", "init", OWNER);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { env, remove };
}

function hasSockets(folder: string): boolean {
  try {
    return [...Deno.readDirSync(folder)].some((it) => it.name.startsWith("S."));
  } catch {
    return false; // The folder is already removed.
  }
}

async function run(env: Record<string, string>, command: string, ...args: string[]): Promise<string> {
  const options = { args, clearEnv: true, env, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const output = await new Deno.Command(command, options).output();
  if (output.success) return new TextDecoder().decode(output.stdout);
  throw new Error(`${command} ${args[0]}: ${new TextDecoder().decode(output.stderr)}`);
}
