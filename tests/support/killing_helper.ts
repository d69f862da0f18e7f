/**
 * A credential helper of the test's own, which keeps entries in a folder and can kill the program that calls it, before
 * or after it has done its work.
 *
 * @module
 */

/** A helper, for `credential_helper:` in a credentials file. */
export interface KillingHelper {
  readonly name: string;
  /** A `PATH` with the helper on it. */
  readonly path: string;
  /** @returns What was asked of it since the last `killAt`, in order: `get`, `store`, `erase`, `list`. */
  calls(): string[];
  /** Kills the program once, at its `count`-th call from now on; with `null`, no more. */
  killAt(moment: { readonly count: number; readonly when: "before" | "after" } | null): void;
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
[ -f "kill.before.$((count))" ] && kill -9 $PPID && exit
name() { printf %s "$1" | sha1sum | cut -d ' ' -f 1; }
case "$1" in
  store) printf %s "$input" > "entries/$(name "$(printf %s "$input" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/')")" ;;
  get) cat "entries/$(name "$input")" 2> /dev/null || { echo "credentials not found in native keychain"; code=1; } ;;
  erase) rm -f "entries/$(name "$input")" ;;
  list) echo "{}" ;;
esac
[ -f "kill.after.$((count))" ] && kill -9 $PPID
exit $code
`;
  Deno.writeTextFileSync(`${folder}/bin/docker-credential-killing`, script, { mode: 0o755 });
  return {
    name: "killing",
    path: `${folder}/bin:/usr/bin:/bin`,
    calls: () => Deno.readTextFileSync(`${folder}/calls`).trim().split("\n"),
    killAt(moment) {
      for (const { name } of Deno.readDirSync(folder)) {
        if (name === "calls" || name.startsWith("kill.")) Deno.removeSync(`${folder}/${name}`);
      }
      if (moment !== null) Deno.writeTextFileSync(`${folder}/kill.${moment.when}.${moment.count}`, "");
    },
    entries: () =>
      [...Deno.readDirSync(`${folder}/entries`)].map(({ name }) => Deno.readTextFileSync(`${folder}/entries/${name}`)),
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
}
