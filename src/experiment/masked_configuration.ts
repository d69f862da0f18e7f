import { stringify } from "yaml";
import { redact } from "../text/mask.ts";

/** Names whose values may be secret. */
const SECRET_NAME = /key|token|secret|pass|pwd|credential|auth|cookie|session|signature|private/i;
const REFERENCE = /\$\{[A-Za-z_]\w*\}/g;
const MASK = "****";

/**
 * Writes a configuration as YAML that can be shown to others. It masks the values of fields with a name like a secret's,
 * passwords and secret parameters in URLs, and everything that looks like a key. References to variables are kept.
 *
 * @param value A configuration with its `${…}` unexpanded.
 */
export function maskedText(value: unknown): string {
  return stringify(masked(value, false), { lineWidth: 0 });
}

function masked(value: unknown, isSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((it, index) => masked(it, isSecret || isSecretOption(value[index - 1])));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, it]) => [redact(name), masked(it, isSecret || SECRET_NAME.test(name))]),
    );
  }
  if (isSecret && (typeof value === "string" || typeof value === "number")) return redact(maskedValue(String(value)));
  return typeof value === "string" ? redact(maskedParts(value)) : value;
}

/** Tells whether an argument is an option such as `--api-key`, whose value is the next argument. */
function isSecretOption(value: unknown): boolean {
  return typeof value === "string" && /^--?[\w-]+$/.test(value) && SECRET_NAME.test(value);
}

/** Masks a value, unless it consists only of references and the name of an authentication scheme. */
function maskedValue(text: string): string {
  const rest = text.replaceAll(REFERENCE, "").trim();
  return rest === "" || /^(?:Bearer|Basic|Token)$/i.test(rest) ? text : MASK;
}

/** Masks passwords and secret parameters in URLs, and the values of options such as `--token=…`. */
function maskedParts(text: string): string {
  return text
    .replace(
      /(\b[a-z][\w+.-]*:\/\/[^\s/?#@:]*:)([^\s/?#@]+)@/gi,
      (_, before, password) => `${before}${maskedValue(password)}@`,
    )
    .replace(
      /((?:[?&]|^--?)([^=&#\s]+)=)([^&#\s]+)/g,
      (whole, before, name, value) => SECRET_NAME.test(name) ? `${before}${maskedValue(value)}` : whole,
    );
}
