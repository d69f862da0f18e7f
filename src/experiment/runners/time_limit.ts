/**
 * The time limit that all runs of a runner have, with one timer for all of them: setting one for each run takes a tenth
 * of the time of a request on this machine.
 *
 * @module
 */

/** The longest wait that the runtime's timers know. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** What is under way, and until when. */
export interface Timed {
  readonly end: number;
  readonly onOver: () => void;
}

/** One limit for many: as it is the same for all, who came first is over first. */
export class TimeLimit {
  readonly #duration: number;
  /** In the order of their ends. */
  readonly #timed = new Set<Timed>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param duration Milliseconds. */
  constructor(duration: number) {
    this.#duration = duration;
  }

  /**
   * @param onOver Called once, when the time is up.
   * @returns What {@linkcode stop} takes.
   */
  start(onOver: () => void): Timed {
    const timed = { end: performance.now() + this.#duration, onOver };
    this.#timed.add(timed);
    if (this.#timer === undefined) this.#wait(timed);
    return timed;
  }

  /** Ends the wait of what is done. */
  stop(timed: Timed): void {
    this.#timed.delete(timed);
  }

  /** Ends all waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timed.clear();
  }

  #wait({ end }: Timed): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(0, end - performance.now()), LONGEST_WAIT));
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const timed of this.#timed) {
      // Timers may be early by a fraction of a millisecond.
      if (timed.end - now >= 1) return this.#wait(timed);
      this.#timed.delete(timed);
      timed.onOver();
    }
  }
}
