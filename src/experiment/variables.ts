import type { Context } from "../context.ts";
import { mapTexts } from "../text/json.ts";
import { KEY_VARIABLES } from "../text/key_variables.ts";
import type { Fault } from "./source_file.ts";

/** `$${` is an escaped `${`. */
const REFERENCE = /\$\$(?=\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
/** The fields in which variables are expanded. FluxLoop's own keys can be passed only in a process's environment. */
const EXPANDED = [
  "runner.env",
  "runner.process.env",
  "runner.http.url",
  "runner.http.headers",
  "runner.http.body_template",
];
const ENVIRONMENTS = EXPANDED.slice(0, 2);

/**
 * Expands each `${NAME}` in a configuration to the value of an environment variable.
 *
 * @param value The configuration, which may be invalid.
 * @param faults Receives an entry for each reference that can't be expanded.
 */
export function expandVariables(context: Pick<Context, "env">, value: unknown, faults: Fault[]): unknown {
  return mapTexts(value, (text, path) => {
    const place = `${path.join(".")}.`;
    const field = EXPANDED.find((it) => place.startsWith(`${it}.`));
    if (field === undefined) return text;
    return text.replace(REFERENCE, (whole, name: string | undefined) => {
      if (name === undefined) return "$";
      const isForbidden = KEY_VARIABLES.includes(name) && !ENVIRONMENTS.includes(field);
      const found = isForbidden ? undefined : context.env(name);
      if (found !== undefined) return found;
      const message = isForbidden
        ? `\${${name}} is a FluxLoop API key, which is allowed only in the runner's env`
        : `environment variable ${name} isn't set; for a literal \${${name}}, write $\${${name}}`;
      faults.push({ path, message });
      return whole;
    });
  });
}
