/**
 * Runs a rotation in this process and interrupts it at one of its requests or keychain calls, before or after the call
 * takes effect.
 *
 * @module
 */
import { rotateKeys, type RotationReport } from "../../src/auth/rotate.ts";
import type { Context, ProgramOptions, ProgramResult } from "../../src/context.ts";
import { InterruptedError } from "../../src/errors.ts";
import { fetchOver } from "../../src/system/network.ts";
import { type Outcome, Session } from "./session.ts";
import { world } from "./world.ts";

/** Where a rotation is interrupted. */
export interface Moment {
  /** The event's index, starting at 0. */
  readonly index: number;
  /** Whether the event has taken effect. */
  readonly when: "before" | "after";
}

/** A simulated computer: a home folder and a keychain. */
export class Computer {
  readonly #session: Session;
  readonly #entries: Map<string, string>;

  constructor(entries: ReadonlyMap<string, string> = new Map()) {
    this.#entries = new Map(entries);
    this.#session = new Session({ runProgram: (_, options) => Promise.resolve(this.#keychain(options)) });
  }

  /** The content of the credentials file and the keychain. */
  get saved(): { readonly file: string; readonly entries: readonly string[] } {
    return { file: this.#session.saved() ?? "", entries: [...this.#entries.values()] };
  }

  /** Writes the credentials file. */
  save(text: string): void {
    this.#session.save(text);
  }

  /** Runs the program. */
  run(...args: string[]): Promise<Outcome> {
    return this.#session.run(args);
  }

  /** Rotates the default profile's key. @returns The report, and the names of all requests and keychain calls in order. */
  async rotate(): Promise<{ readonly report: RotationReport; readonly events: readonly string[] }> {
    const events: string[] = [];
    const report = await this.#rotate(async (name, work) => {
      events.push(name);
      return await work();
    });
    return { report, events };
  }

  /** Starts a rotation and kills the program. @returns The computer's state at that moment. */
  async kill({ index, when }: Moment): Promise<Computer> {
    const killed = Promise.withResolvers<Computer>();
    const blocked = Promise.withResolvers<never>();
    blocked.promise.catch(() => {});
    let count = 0;
    const running = this.#rotate(async (_, work) => {
      const isIt = count++ === index;
      if (isIt && when === "before") killed.resolve(this.#copy());
      const result = isIt && when === "before" ? await blocked.promise : await work();
      if (isIt) killed.resolve(this.#copy());
      return isIt ? await blocked.promise : result;
    });
    const copy = await killed.promise;
    // The rest of this run doesn't affect the copy: an interrupted rotation sends no more requests.
    blocked.reject(new InterruptedError());
    await running;
    return copy;
  }

  /** Starts a rotation and disconnects the program from the platform at that moment. */
  cutOff({ index, when }: Moment): Promise<RotationReport> {
    let count = 0;
    return this.#rotate(async (_, work) => {
      if (count++ >= index + (when === "after" ? 1 : 0)) throw new TypeError("error sending request: connection reset");
      const result = await work();
      if (count > index) throw new TypeError("error sending request: connection reset");
      return result;
    });
  }

  /** Starts a rotation and stops the program after the event takes effect. */
  interrupt({ index }: Moment): Promise<RotationReport> {
    let count = 0;
    return this.#rotate(async (_, work, stop) => {
      if (count++ < index) return await work();
      const result = await work();
      stop();
      return result;
    });
  }

  async #rotate(
    event: <T>(name: string, work: () => Promise<T>, stop: () => void) => Promise<T>,
  ): Promise<RotationReport> {
    const fetch: Context["fetch"] = (request, connection) => {
      const { pathname } = new URL(request.url);
      const name = `${request.method} ${pathname.replace(/key_\d+/, "{id}")}`;
      return event(name, () => fetchOver(request, connection), () => it.stop());
    };
    const runProgram: Context["runProgram"] = (_, options) =>
      event(options.args[0], () => Promise.resolve(this.#keychain(options)), () => it.stop());
    const home = this.#session.world.home;
    const it = world({ env: { HOME: home, USERPROFILE: home }, fetch, runProgram });
    return (await rotateKeys(it.context, { all: false }))[0];
  }

  #copy(): Computer {
    const copy = new Computer(this.#entries);
    copy.save(this.saved.file);
    return copy;
  }

  #keychain({ args, input }: ProgramOptions): ProgramResult {
    const succeed = (stdout = "") => ({ code: 0, stdout, stderr: "" });
    switch (args[0]) {
      case "store":
        this.#entries.set(JSON.parse(input).ServerURL, input);
        return succeed();
      case "get": {
        const entry = this.#entries.get(input);
        return entry === undefined
          ? { code: 1, stdout: "credentials not found in native keychain", stderr: "" }
          : succeed(entry);
      }
      case "erase":
        this.#entries.delete(input);
        return succeed();
      default:
        return succeed(JSON.stringify(Object.fromEntries([...this.#entries.keys()].map((it) => [it, "fluxloop"]))));
    }
  }
}
