import { MistakesError } from "../errors.ts";
import { INPUTS_SCHEMA } from "./configuration_schema.ts";
import type { InputList, TestInput } from "./model.ts";
import { firstAtEachPath, schemaFaults } from "./schema_faults.ts";
import { type Fault, readSourceFile } from "./source_file.ts";

/** An input that matches `INPUTS_SCHEMA`. */
export type FileInput = string | {
  readonly id?: string;
  readonly input: string;
  readonly persona?: string | { readonly id?: string; readonly name: string };
};

/**
 * Reads a file of inputs: a list in YAML or JSON, or one input per line in JSONL.
 *
 * @throws {MistakesError} With all mistakes in the file.
 * @throws {ConfigurationError} When it can't be read.
 */
export function readInputsFile(path: string, shown: string): InputList {
  const { value, mistakeOf, at } = readSourceFile(path, shown);
  const inputs = value as FileInput[];
  const wrong = schemaFaults(INPUTS_SCHEMA, value);
  const faults = wrong.length > 0 ? firstAtEachPath(wrong) : duplicateIds(inputs);
  if (faults.length > 0) throw new MistakesError(faults.map(mistakeOf));
  const { length } = inputs;
  // A large number of inputs needs much less memory as text.
  return at === undefined ? inputs.map(inputOf) : { length, at: (index) => inputOf(at(index) as FileInput, index) };
}

/** Converts an item that matches `INPUTS_SCHEMA` to an input; without an ID, it is named after its index. */
export function inputOf(value: FileInput, index: number): TestInput {
  const { input, persona }: Exclude<FileInput, string> = typeof value === "string" ? { input: value } : value;
  const named = typeof persona === "string" ? { name: persona } : persona;
  return { id: idOf(value, index), text: input, persona: named === undefined ? null : { id: null, ...named } };
}

function idOf(value: FileInput, index: number): string {
  return typeof value === "string" || value.id === undefined ? `input_${index + 1}` : value.id;
}

/** Returns a fault for each input with the same ID as an earlier one. */
export function duplicateIds(inputs: readonly FileInput[]): Fault[] {
  // A shortcut for a large number of inputs: default IDs are unique.
  if (inputs.every((it) => typeof it === "string" || it.id === undefined)) return [];
  const seen = new Set<string>();
  return inputs.flatMap((it, index) => {
    const { size } = seen;
    if (seen.add(idOf(it, index)).size > size) return [];
    return [{ path: [index], message: "duplicate id; inputs without one are named input_1, input_2, …" }];
  });
}

/** Selects the inputs whose ID, text or persona contains `filter`, ignoring case; only the first of them if `isSmoke`. */
export function selectInputs(inputs: InputList, filter = "", isSmoke = false): InputList {
  if (filter === "" && !isSmoke) return inputs;
  const wanted = filter.toLowerCase();
  const chosen: TestInput[] = [];
  for (let index = 0; index < inputs.length; index++) {
    const input = inputs.at(index)!;
    const { id, text, persona } = input;
    if ([id, text, persona?.name ?? ""].some((it) => it.toLowerCase().includes(wanted))) chosen.push(input);
    if (isSmoke && chosen.length > 0) break;
  }
  return chosen;
}
