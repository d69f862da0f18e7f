/**
 * Limits the time of a run.
 *
 * @param duration Milliseconds; `null` for no limit.
 * @param signal Aborts the work, too.
 * @param reason Creates the reason with which the work is aborted when its time is up.
 */
export async function withTimeLimit<T>(
  duration: number | null,
  signal: AbortSignal,
  reason: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = duration === null ? undefined : setTimeout(() => limit.abort(reason()), duration);
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}
