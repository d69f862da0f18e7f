/**
 * The inputs of a configuration, or of a file of their own, and the choice among them.
 *
 * @module
 */
import type { TestInput } from "./model.ts";
import type { Fault } from "./source_file.ts";

/** An input that matches `INPUTS_SCHEMA`. */
type FileInput = string | {
  readonly id?: string;
  readonly input: string;
  readonly persona?: string | { readonly id?: string; readonly name: string };
};

/**
 * @param values What matches `INPUTS_SCHEMA`.
 * @param faults Gets each input whose id an earlier one has.
 * @returns The inputs; those without an id are named by their place, from 1 on.
 */
export function inputsOf(values: unknown, faults: Fault[]): TestInput[] {
  const ids = new Set<string>();
  return (values as readonly FileInput[]).map((value, index) => {
    const { id: ownId, input, persona }: Exclude<FileInput, string> = typeof value === "string"
      ? { input: value }
      : value;
    const id = ownId ?? `input_${index + 1}`;
    if (ids.has(id)) faults.push({ path: ownId === undefined ? [index] : [index, "id"], message: "is a duplicate id" });
    ids.add(id);
    const named = typeof persona === "string" ? { name: persona } : persona;
    return { id, text: input, persona: named === undefined ? null : { id: null, ...named } };
  });
}

/**
 * @param filter Selects inputs whose id, text or persona contains it, ignoring case; `undefined` selects all.
 * @param isSmoke Selects only the first of those.
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
