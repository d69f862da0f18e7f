/**
 * The inputs of a configuration, or of a file of their own, and the choice among them.
 *
 * @module
 */
import type { InputList, TestInput } from "./model.ts";
import type { Fault, Lines } from "./source_file.ts";

/** An input that matches `INPUTS_SCHEMA`. */
type FileInput = string | {
  readonly id?: string;
  readonly input: string;
  readonly persona?: string | { readonly id?: string; readonly name: string };
};

/** Inputs that are parsed when they are needed: a hundred thousand objects would take much more memory than their text. */
export class InputLines implements InputList {
  /** @param lines A JSON value each. */
  constructor(private readonly lines: Lines) {}

  get length(): number {
    return this.lines.length;
  }

  at(index: number): TestInput | undefined {
    return index >= this.length ? undefined : inputOf(JSON.parse(this.lines.at(index)), index);
  }

  *[Symbol.iterator](): Iterator<TestInput> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!;
  }
}

/**
 * @param value What matches an item of `INPUTS_SCHEMA`.
 * @param index From 0 on; it names an input without an ID.
 */
export function inputOf(value: unknown, index: number): TestInput {
  const { id, input, persona } = (typeof value === "string" ? { input: value } : value) as Exclude<FileInput, string>;
  const named = typeof persona === "string" ? { name: persona } : persona;
  return { id: id ?? `input_${index + 1}`, text: input, persona: named === undefined ? null : { id: null, ...named } };
}

/** @returns A fault for each input whose ID another one has. */
export function duplicateIds(inputs: InputList): Fault[] {
  const own = new Set<string>();
  const faults: Fault[] = [];
  let index = 0;
  for (const { id } of inputs) {
    const place = Number(/^input_([1-9]\d{0,8})$/.exec(id)?.[1] ?? 0) - 1;
    // IDs that tell the input's place are not kept: there may be very many.
    const isDuplicate = own.has(id) || place !== index && place >= 0 && inputs.at(place)?.id === id;
    if (isDuplicate) faults.push({ path: [index], message: "duplicate id" });
    else if (place !== index) own.add(id);
    index++;
  }
  return faults;
}

/**
 * @param filter Selects inputs whose id, text or persona contains it, ignoring case; `undefined` selects all.
 * @param isSmoke Selects only the first of those.
 */
export function chosenInputs(
  inputs: InputList,
  filter: string | undefined,
  isSmoke: boolean,
): InputList {
  const wanted = filter?.toLowerCase();
  const chosen = wanted === undefined
    ? inputs
    : [...inputs].filter(({ id, text, persona }) =>
      [id, text, persona?.name ?? ""].some((it) => it.toLowerCase().includes(wanted))
    );
  return isSmoke ? [...chosen].slice(0, 1) : chosen;
}
