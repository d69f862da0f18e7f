/**
 * A fixed clock for the compiled program, set by Debian's libfaketime.
 *
 * @module
 */

/**
 * @param time UTC, such as `2024-01-22 12:00:00`.
 * @returns Environment variables that fix a program's wall clock at that time. Its timers keep running.
 * @throws {Error} If libfaketime isn't installed.
 */
export function fixedClock(time: string): Record<string, string> {
  for (const { name } of Deno.readDirSync("/usr/lib")) {
    const library = `/usr/lib/${name}/faketime/libfaketime.so.1`;
    try {
      Deno.statSync(library);
    } catch {
      continue;
    }
    return { LD_PRELOAD: library, FAKETIME: time, FAKETIME_DONT_FAKE_MONOTONIC: "1", TZ: "UTC" };
  }
  throw new Error("libfaketime is missing: apt-get install faketime");
}
