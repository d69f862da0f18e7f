/**
 * `${NAME}` in a configuration: the value of an environment variable (design: "Secrets").
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { Path } from "./checked_file.ts";
import { KEY_VARIABLES } from "../text/key_variables.ts";

/** Two dollars stand for one, and begin no variable. */
const REFERENCE = /\$\$(?=\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** A text that cannot be expanded: where it stands, and why. */
export interface Unexpanded {
  readonly path: Path;
  readonly message: string;
}

/** Puts values in the place of variables, and keeps what was wrong. */
export class Expansion {
  readonly mistakes: Unexpanded[] = [];

  /** @param context Its environment tells the values. */
  constructor(private readonly context: Pick<Context, "env">) {}

  /**
   * @param value Any value of a configuration; texts in it are expanded, however deep.
   * @param path Where it stands.
   * @returns The same with values in the place of variables.
   */
  of<T>(value: T, path: Path): T {
    if (typeof value === "string") return this.#text(value, path) as T;
    if (Array.isArray(value)) return value.map((it, index) => this.of(it, [...path, index])) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, this.of(it, [...path, name])])) as T;
  }

  #text(text: string, path: Path): string {
    return text.replace(REFERENCE, (whole, name: string | undefined) => {
      if (name === undefined) return "$";
      const value = this.#value(name, path);
      if (typeof value === "string") return value;
      this.mistakes.push({ path, message: value.fault });
      return whole;
    });
  }

  #value(name: string, path: Path): string | { readonly fault: string } {
    if (KEY_VARIABLES.includes(name) && !isEnvironment(path)) {
      return { fault: `\${${name}} is FluxLoop's own key, and stands for it in the runner's env alone` };
    }
    return this.context.env(name) ?? { fault: `the variable ${name} is not set; expected a value for \${${name}}` };
  }
}

/** @returns Whether a text is a variable's value in what an agent's process gets. */
function isEnvironment([first, second, third]: Path): boolean {
  return first === "runner" && (second === "env" || second === "process" && third === "env");
}
