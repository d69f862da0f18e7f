/**
 * A failure of which everything was said already.
 *
 * @module
 */

/** Ends a command with an exit code and without another word. */
export class ReportedFailure extends Error {
  /** @param exitCode The process's exit code. */
  constructor(readonly exitCode: number) {
    super("reported");
  }
}
