/**
 * What is said to the agent: inputs as a configuration or a file of their own holds them, and the choice among them.
 *
 * @module
 */
import type { Mistake } from "../errors.ts";
import { type Path, readCheckedFile } from "./checked_file.ts";
import { INPUTS_SCHEMA } from "./configuration_schema.ts";
import type { TestInput } from "./model.ts";

type FileInput = string | {
  readonly id?: string;
  readonly input: string;
  readonly persona?: string | { readonly id?: string; readonly name: string };
};

/**
 * Reads a file of inputs: a list in YAML or JSON, or one input a line in JSONL.
 *
 * @param path An absolute path.
 * @param shown The path as people are told it.
 * @returns The inputs, or what is wrong with them.
 * @throws {ConfigurationError} When the file cannot be read.
 */
export function readInputs(path: string, shown: string): { inputs: TestInput[]; mistakes: Mistake[] } {
  const { value, mistakes, mistakeAt } = readCheckedFile(path, shown, INPUTS_SCHEMA);
  const all = [...mistakes];
  const inputs = mistakes.length > 0
    ? []
    : inputsOf(value as unknown[], (path, message) => all.push(mistakeAt(path, message)));
  return { inputs, mistakes: all };
}

/**
 * @param values What follows {@linkcode INPUTS_SCHEMA}.
 * @param mistake Told of each input whose id stands a second time.
 * @returns The inputs; those without an id are named by their place, from 1 on.
 */
export function inputsOf(values: readonly unknown[], mistake: (path: Path, message: string) => void): TestInput[] {
  const ids = new Set<string>();
  return (values as readonly FileInput[]).map((value, index) => {
    const input = typeof value === "string" ? { input: value } : value;
    const id = input.id ?? `input_${index + 1}`;
    if (ids.has(id)) mistake([index, ...(input.id === undefined ? [] : ["id"])], "has the id of another input");
    ids.add(id);
    return { id, text: input.input, persona: personaOf(input) };
  });
}

function personaOf({ persona }: Exclude<FileInput, string>): TestInput["persona"] {
  if (persona === undefined) return null;
  return typeof persona === "string" ? { id: null, name: persona } : { id: persona.id ?? null, name: persona.name };
}

/**
 * @param inputs All there are.
 * @param filter Those whose id, text or persona holds it are taken, upper and lower case alike; `undefined` takes all.
 * @param isSmoke Takes the first one of them alone.
 */
export function chosenInputs(
  inputs: readonly TestInput[],
  filter: string | undefined,
  isSmoke: boolean,
): readonly TestInput[] {
  const wanted = filter?.toLowerCase();
  const chosen = wanted === undefined
    ? inputs
    : inputs.filter(({ id, text, persona }) =>
      [id, text, persona?.name ?? ""].some((it) => it.toLowerCase().includes(wanted))
    );
  return isSmoke ? chosen.slice(0, 1) : chosen;
}
