/**
 * Runs the whole program in this process with a test context: arguments in, exit code and output out.
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
  /** The requested sleeps, in milliseconds; the tests don't actually wait. */
  readonly pauses: readonly number[];
  /** Programs started without waiting for them. */
  readonly launched: readonly (readonly string[])[];
  /** The permissions that the program gave up. */
  readonly renounced: World["renounced"];
}

/**
 * Runs the program's code in this process, in a home shared with the compiled program. For a test's setup and checks:
 * faster than starting the compiled program. Call {@linkcode removeTestHomes} afterwards.
 */
export function runHere(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Session({ env, now: new Date() }).run(args);
}

/** A home in which commands run one after another. */
export class Session {
  readonly world: World;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.world = world(options);
  }

  /** Runs `fluxloop` with these arguments; `overrides` replaces the session's options for this run. */
  async run(args: readonly string[], overrides: WorldOptions = {}): Promise<Outcome> {
    const { code, stdout, stderr } = await this.observe(args, overrides);
    return { code, stdout, stderr };
  }

  /** Like {@linkcode run}, but also returns the run's effects. */
  async observe(args: readonly string[], overrides: WorldOptions = {}): Promise<Run> {
    const options = { ...this.#options, ...overrides };
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

  /** @returns The credentials file's text, or `null` if it doesn't exist. */
  saved(): string | null {
    try {
      return Deno.readTextFileSync(this.world.credentials);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }
}
