/**
 * A clock that stands still, for the compiled program: Debian's libfaketime.
 *
 * @module
 */

/**
 * @param time UTC, as `2024-01-22 12:00:00`.
 * @returns The environment in which a program's calendar clock stands at that time. Its timers go on.
 * @throws {Error} When libfaketime is not installed.
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
