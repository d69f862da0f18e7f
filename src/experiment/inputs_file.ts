/**
 * Files of inputs: a list in YAML or JSON, or one input a line in JSONL.
 *
 * @module
 */
import type { Mistake } from "../errors.ts";
import { INPUTS_SCHEMA } from "./configuration_schema.ts";
import { duplicateIds, InputLines, inputOf } from "./inputs.ts";
import type { InputList } from "./model.ts";
import { firstAtEachPath, schemaCheck } from "./schema_faults.ts";
import { type Fault, type Lines, NOT_JSON, pathText, readLines, readSourceFile } from "./source_file.ts";

/** Inputs, or what is wrong with them. */
export interface ReadInputs {
  readonly inputs: InputList | null;
  readonly mistakes: readonly Mistake[];
}

/**
 * @param path An absolute path.
 * @param shown The path as people know it.
 * @throws {ConfigurationError} When the file can't be read.
 */
export function readInputsFile(path: string, shown: string): ReadInputs {
  return path.endsWith(".jsonl") ? fromLines(readLines(path, shown), shown) : fromList(path, shown);
}

function fromList(path: string, shown: string): ReadInputs {
  const { value, mistakes, mistakeOf } = readSourceFile(path, shown);
  if (mistakes.length > 0) return { inputs: null, mistakes };
  const faults = schemaCheck(INPUTS_SCHEMA)(value);
  if (faults.length > 0) return { inputs: null, mistakes: firstAtEachPath(faults).map(mistakeOf) };
  const inputs = (value as unknown[]).map(inputOf);
  return { inputs, mistakes: duplicateIds(inputs).map(mistakeOf) };
}

function fromLines(lines: Lines, shown: string): ReadInputs {
  const mistakeOf = ({ path: [index = 0, ...path], message }: Fault): Mistake => {
    return { file: shown, line: lines.numberOf(Number(index)), column: 1, path: pathText(path), message };
  };
  const check = schemaCheck(INPUTS_SCHEMA.items!);
  const faults = lines.length === 0 ? schemaCheck(INPUTS_SCHEMA)([]) : [];
  for (let index = 0; index < lines.length; index++) {
    for (const { path, message } of lineFaults(lines, index, check)) faults.push({ path: [index, ...path], message });
  }
  const inputs = new InputLines(lines);
  if (faults.length === 0) faults.push(...duplicateIds(inputs));
  return { inputs, mistakes: firstAtEachPath(faults).map(mistakeOf) };
}

function lineFaults(lines: Lines, index: number, check: (value: unknown) => Fault[]): Fault[] {
  let value: unknown;
  try {
    value = JSON.parse(lines.at(index));
  } catch {
    return [{ path: [], message: NOT_JSON }];
  }
  return check(value);
}
