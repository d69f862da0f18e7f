import { type FluxloopError } from "../errors.ts";

/** Ends a command with an exit code. The failure itself has already been reported. */
export class ReportedFailure extends Error {
  constructor(readonly exitCode: number) {
    super("reported");
  }
}

/** Ends a command with the highest exit code of its failures, if there are any. */
export function failWithHighestCode(failures: readonly (FluxloopError | null)[]): void {
  const worst = Math.max(...failures.map((it) => it?.exitCode ?? 0));
  if (worst > 0) throw new ReportedFailure(worst);
}
