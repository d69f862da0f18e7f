/**
 * A credential helper of the test's own, which keeps entries in a folder and can kill the program that calls it, before
 * or after it has done its work, or refuse to do it.
 *
 * @module
 */

/** A helper, for `credential_helper:` in a credentials file. */
export interface KillingHelper {
  readonly name: string;
  /** A `PATH` with the helper on it. */
  readonly path: string;
  /** @returns What was asked of it since the last `failAt`, in order: `get`, `store`, `erase`, `list`. */
  calls(): string[];
  /** Kills the program, or fails, at its `count`-th call from now on; with `null`, no more. */
  failAt(moment: { readonly count: number; readonly deed: "kill before" | "kill after" | "refuse" } | null): void;
  /** @returns The text of all entries. */
  entries(): string[];
  remove(): void;
}

/** @returns A helper with no entry. */
export function makeKillingHelper(): KillingHelper {
  const folder = Deno.makeTempDirSync({ prefix: "fluxloop-helper-" });
  Deno.mkdirSync(`${folder}/entries`);
  Deno.mkdirSync(`${folder}/bin`);
  const script = `#!/bin/sh
cd ${folder}
input=$(cat) code=0
echo "$1" >> calls
count=$(wc -l < calls)
at="at $((count))"
[ -f "$at kill before" ] && kill -9 $PPID && exit
[ -f "$at refuse" ] && echo "the store is locked" && exit 1
name() { printf %s "$1" | sha1sum | cut -d ' ' -f 1; }
url() { sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/'; }
case "$1" in
  store) printf %s "$input" > "entries/$(name "$(printf %s "$input" | url)")" ;;
  get) cat "entries/$(name "$input")" 2> /dev/null || { echo "credentials not found in native keychain"; code=1; } ;;
  erase) rm -f "entries/$(name "$input")" ;;
  list) echo "{$(for it in entries/*; do printf '"%s":"fluxloop",' "$(url < "$it")"; done | sed 's/,$//')}" ;;
esac
[ -f "$at kill after" ] && kill -9 $PPID
exit $code
`;
  Deno.writeTextFileSync(`${folder}/bin/docker-credential-killing`, script, { mode: 0o755 });
  return {
    name: "killing",
    path: `${folder}/bin:/usr/bin:/bin`,
    calls: () => Deno.readTextFileSync(`${folder}/calls`).trim().split("\n"),
    failAt(moment) {
      for (const { name } of Deno.readDirSync(folder)) {
        if (name === "calls" || name.startsWith("at ")) Deno.removeSync(`${folder}/${name}`);
      }
      if (moment !== null) Deno.writeTextFileSync(`${folder}/at ${moment.count} ${moment.deed}`, "");
    },
    entries: () =>
      [...Deno.readDirSync(`${folder}/entries`)].map(({ name }) => Deno.readTextFileSync(`${folder}/entries/${name}`)),
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
}
