import type { Mistake } from "../errors.ts";
import { INPUTS_SCHEMA } from "./configuration_schema.ts";
import type { TestInput } from "./model.ts";
import { firstAtEachPath, schemaFaults } from "./schema_faults.ts";
import { type Fault, readSourceFile } from "./source_file.ts";

/** An input that matches `INPUTS_SCHEMA`. */
type FileInput = string | {
  readonly id?: string;
  readonly input: string;
  readonly persona?: string | { readonly id?: string; readonly name: string };
};

export interface ReadInputs {
  readonly inputs: readonly TestInput[] | null;
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads a file of inputs: a list in YAML or JSON, or one input per line in JSONL.
 *
 * @throws {ConfigurationError} When the file can't be read.
 */
export function readInputsFile(path: string, shown: string): ReadInputs {
  const { value, mistakes, mistakeOf } = readSourceFile(path, shown);
  if (mistakes.length > 0) return { inputs: null, mistakes };
  const faults = schemaFaults(INPUTS_SCHEMA, value);
  if (faults.length > 0) return { inputs: null, mistakes: firstAtEachPath(faults).map(mistakeOf) };
  const inputs = inputsOf(value);
  return { inputs, mistakes: duplicateIds(inputs).map(mistakeOf) };
}

/** Makes inputs of a value that matches `INPUTS_SCHEMA`; one without an ID is named by its place. */
export function inputsOf(value: unknown): TestInput[] {
  return (value as FileInput[]).map((it, index) => {
    const { id = `input_${index + 1}`, input, persona }: Exclude<FileInput, string> = typeof it === "string"
      ? { input: it }
      : it;
    const named = typeof persona === "string" ? { name: persona } : persona;
    return { id, text: input, persona: named === undefined ? null : { id: null, ...named } };
  });
}

/** @returns A fault for each input whose ID an earlier one has. */
export function duplicateIds(inputs: readonly TestInput[]): Fault[] {
  const seen = new Set<string>();
  return inputs.flatMap(({ id }, index) => {
    if (seen.has(id)) {
      return [{ path: [index], message: "duplicate id; inputs without one are named input_1, input_2, …" }];
    }
    seen.add(id);
    return [];
  });
}

/** Selects inputs whose id, text or persona contains `filter`, ignoring case; of those only the first if `isSmoke`. */
export function chosenInputs(inputs: readonly TestInput[], filter = "", isSmoke = false): readonly TestInput[] {
  const wanted = filter.toLowerCase();
  const isWanted = ({ id, text, persona }: TestInput) =>
    [id, text, persona?.name ?? ""].some((it) => it.toLowerCase().includes(wanted));
  const chosen = inputs.filter(isWanted);
  return isSmoke ? chosen.slice(0, 1) : chosen;
}
