/**
 * Credentials files as this program writes them, read without the YAML parser: its start takes a tenth of a whole
 * `auth status`, and a thousand profiles as long as all else together. What is anything but plain lines is left to it.
 *
 * @module
 */

type Fields = Map<string, string>;

/** A name or a text that YAML takes for nothing else, or a quoted text without escapes. */
const WORD = String.raw`[A-Za-z][\w.@+-]*`;
const QUOTED = String.raw`"[ !#-\[\]-~]*"`;
const LINE = new RegExp(String.raw`( {2}| {4}|)(${WORD}):(?: (?:(${WORD})|"([ !#-\[\]-~]*)"))?\n`, "y");
/** A line at the top, or a whole profile: what is read in fewer steps is read sooner. No profile has so many fields. */
const PART = new RegExp(
  String.raw`(?:(profiles):|(?!profiles:)${WORD}: (?:${WORD}|${QUOTED})` +
    String.raw`| {2}(?:(${WORD})|"([\w.@+-]+)"):(?:\n {4}${WORD}: (?:${WORD}|${QUOTED})){1,64})\n`,
  "y",
);
/** Words that some version of YAML takes for a truth value or for nothing. */
const SPECIAL = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/**
 * @param text A credentials file's text.
 * @returns What it holds, as the YAML parser would give it; `null` where it has any line but plain ones.
 */
export function readPlainCredentials(text: string): Record<string, unknown> | null {
  const root: Fields = new Map();
  const profiles = new Map<string, Fields>();
  let hasProfiles = false;
  let isBelowProfiles = false;
  let profile: Fields | null = null;

  LINE.lastIndex = 0;
  for (let end = 0; end < text.length; end = LINE.lastIndex) {
    const [, indent, name, word, quoted] = LINE.exec(text) ?? [];
    if (name === undefined || SPECIAL.test(name) || (word !== undefined && SPECIAL.test(word))) return null;
    const value = word ?? quoted;
    if (value === undefined) {
      // A heading, of all profiles or of one that comes after one that holds something.
      if (profile?.size === 0) return null;
      if (indent === "" && name === "profiles" && !hasProfiles) hasProfiles = isBelowProfiles = true;
      else if (indent === "  " && isBelowProfiles && !profiles.has(name)) profiles.set(name, profile = new Map());
      else return null;
    } else {
      if (indent === "") isBelowProfiles = false;
      const fields = indent === "" ? root : indent === "    " && isBelowProfiles ? profile : null;
      if (fields === null || fields.has(name) || name === "profiles") return null;
      fields.set(name, value);
    }
  }
  if (profiles.size === 0 || profile?.size === 0) return null;
  const all = [...profiles].map(([name, fields]) => [name, Object.fromEntries(fields)] as const);
  return { ...Object.fromEntries(root), profiles: Object.fromEntries(all) };
}

/**
 * The names alone, in a twentieth of the time: a shell that completes one waits for them with every press of the key.
 *
 * @param text A credentials file's text.
 * @returns The names of its profiles; `null` where the YAML parser is to be asked. That a field stands twice in a profile,
 * for which the parser would refuse the file, is left to the command that will use it.
 */
export function readPlainNames(text: string): string[] | null {
  const names = new Set<string>();
  let place: "above" | "below" | "behind" = "above";
  PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = PART.lastIndex) {
    const part = PART.exec(text);
    if (part === null) return null;
    const [, heading, word, quoted] = part;
    const name = word ?? quoted;
    if (heading !== undefined) {
      if (place !== "above") return null;
      place = "below";
    } else if (name !== undefined) {
      if (place !== "below" || names.has(name) || (word !== undefined && SPECIAL.test(word))) return null;
      names.add(name);
    } else if (place === "below") place = "behind";
  }
  return names.size === 0 ? null : [...names];
}
