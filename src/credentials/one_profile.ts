/**
 * One profile out of many, before the YAML parser sees the file: with a thousand profiles that parser takes longer than
 * all else that a command does.
 *
 * @module
 */

/** Below this size, in characters, parsing the whole file takes no time worth saving. */
const WORTHWHILE = 16 * 1024;

const SCALAR = String.raw`(?:[A-Za-z0-9][\w.@/:+-]*|"[^"\\\n]*")`;
const NAME = String.raw`[A-Za-z0-9][\w.-]*`;
const TOP = String.raw`(?:[a-z_]+: ${SCALAR}\n)*`;
/** A file as this program writes it: nothing in it can reach beyond its own line or block. */
const PLAIN = new RegExp(
  String.raw`^(${TOP})profiles:\n((?:  ${NAME}:\n(?:    [a-z_]+: ${SCALAR}\n)*)*)(${TOP})$`,
);

/**
 * @param text A credentials file's text.
 * @param named The profile that is wanted; `null` for the one that `default_profile` names, or else `default`.
 * @returns A credentials file's text with all of the file but the other profiles; `null` where the file is small, or
 * holds anything but plain lines, or no such profile, and must be read whole.
 */
export function withOneProfile(text: string, named: string | null): string | null {
  if (text.length < WORTHWHILE) return null;
  const [, above, profiles, below] = PLAIN.exec(text) ?? [];
  if (profiles === undefined) return null;
  const name = named ?? /^default_profile: "?([\w.-]+)"?$/m.exec(above + below)?.[1] ?? "default";

  const heading = `\n  ${name}:\n`;
  const start = `\n${profiles}`.indexOf(heading);
  // A name that stands there twice is the parser's to refuse.
  if (start === -1 || profiles.includes(heading, start + 1)) return null;
  const fields = /(?: {4}.*\n)*/y;
  fields.lastIndex = start + heading.length - 1;
  return `${above}profiles:${heading}${fields.exec(profiles)![0]}${below}`;
}
