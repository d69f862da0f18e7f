/**
 * A rotation in this process that is interrupted at one of its requests or calls of the keychain, before or after that has
 * had its effect.
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
  /** The event's index, from 0 on. */
  readonly index: number;
  /** Whether the event has had its effect. */
  readonly when: "before" | "after";
}

/** A machine: its home folder and its keychain's entries. */
export class Computer {
  readonly #session: Session;
  readonly #entries: Map<string, string>;

  constructor(entries: ReadonlyMap<string, string> = new Map()) {
    this.#entries = new Map(entries);
    this.#session = new Session({ runProgram: (_, options) => Promise.resolve(this.#keychain(options)) });
  }

  /** @returns What is in the credentials file and the keychain. */
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

  /** Rotates the default profile's key. @returns The names of all requests and calls of the keychain, in order. */
  async rotate(): Promise<{ readonly report: RotationReport; readonly events: readonly string[] }> {
    const events: string[] = [];
    const report = await this.#rotate(async (name, work) => {
      events.push(name);
      return await work();
    });
    return { report, events };
  }

  /** Rotates, and kills the program. @returns The machine as the program leaves it. */
  async kill({ index, when }: Moment): Promise<Computer> {
    const killed = Promise.withResolvers<Computer>();
    const end = Promise.withResolvers<never>();
    end.promise.catch(() => {});
    let count = 0;
    const running = this.#rotate(async (_, work) => {
      const isIt = count++ === index;
      if (isIt && when === "before") killed.resolve(this.#copy());
      const result = isIt && when === "before" ? await end.promise : await work();
      if (isIt) killed.resolve(this.#copy());
      return isIt ? await end.promise : result;
    });
    const copy = await killed.promise;
    // Whatever still runs here has no effect: an interrupted rotation sends no more requests.
    end.reject(new InterruptedError());
    await running;
    return copy;
  }

  /** Rotates, and cuts the program off from the platform from that moment on. */
  cutOff({ index, when }: Moment): Promise<RotationReport> {
    let count = 0;
    return this.#rotate(async (_, work) => {
      if (count++ >= index + (when === "after" ? 1 : 0)) throw new TypeError("error sending request: connection reset");
      const result = await work();
      if (count > index) throw new TypeError("error sending request: connection reset");
      return result;
    });
  }

  /** Rotates, and tells the program to stop once the platform has done what it was asked for. */
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
    const fine = (stdout = "") => ({ code: 0, stdout, stderr: "" });
    switch (args[0]) {
      case "store":
        this.#entries.set(JSON.parse(input).ServerURL, input);
        return fine();
      case "get": {
        const entry = this.#entries.get(input);
        return entry === undefined
          ? { code: 1, stdout: "credentials not found in native keychain", stderr: "" }
          : fine(entry);
      }
      case "erase":
        this.#entries.delete(input);
        return fine();
      default:
        return fine(JSON.stringify(Object.fromEntries([...this.#entries.keys()].map((it) => [it, "fluxloop"]))));
    }
  }
}
