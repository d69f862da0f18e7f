/**
 * The whole program in this process, in a world of its own, against an embedded platform: argument list in, exit code and
 * streams out.
 *
 * @module
 */
import { run } from "../../src/cli/run.ts";
import { type World, world, type WorldOptions } from "./world.ts";

/** The output of a run. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The output and the effects of a run in this process. */
export interface Run extends Outcome {
  /** How long the program wanted to wait each time, in milliseconds. */
  readonly pauses: readonly number[];
  /** Programs that it started without waiting for them. */
  readonly launched: readonly (readonly string[])[];
  /** The permissions that it has given up. */
  readonly renounced: World["renounced"];
}

/**
 * Runs the program's code in this process, in a home that the compiled one uses: for what comes before and after the run
 * that a test is about. It saves the third of a second of processor time that the compiled one takes to start. Call
 * {@linkcode leaveWorlds} afterwards.
 */
export function runHere(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Session({ env, now: new Date() }).run(args);
}

/** A home in which several commands are run, one after another. */
export class Session {
  readonly world: World;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.world = world(options);
  }

  /** Runs `fluxloop` with these arguments; `differing` overrides the session's options for this run. */
  async run(args: readonly string[], differing: WorldOptions = {}): Promise<Outcome> {
    const { code, stdout, stderr } = await this.observe(args, differing);
    return { code, stdout, stderr };
  }

  /** As {@linkcode run}, with the effects of the run. */
  async observe(args: readonly string[], differing: WorldOptions = {}): Promise<Run> {
    const options = { ...this.#options, ...differing };
    const home = this.world.home;
    const env = { HOME: home, USERPROFILE: home, ...options.env };
    const { context, stdout, stderr, pauses, launched, renounced } = world({ ...options, env });
    const code = await run(context, args);
    return { code, stdout: stdout(), stderr: stderr(), pauses, launched, renounced };
  }

  /** Writes the credentials file. */
  save(text: string): void {
    Deno.mkdirSync(`${this.world.home}/.fluxloop`, { recursive: true });
    Deno.writeTextFileSync(this.world.credentials, text, { mode: 0o600 });
  }

  /** @returns The credentials file's text; `null` where there is none. */
  saved(): string | null {
    try {
      return Deno.readTextFileSync(this.world.credentials);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }
}
