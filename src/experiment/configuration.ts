import { basename, dirname, relative, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { isObject } from "../api_client/fields.ts";
import { ConfigurationError, MistakesError } from "../errors.ts";
import { duration } from "../text/duration.ts";
import { CONFIGURATION_SCHEMA, type Schema } from "./configuration_schema.ts";
import { duplicateIds, type FileInput, inputOf, type ReadInputs, readInputsFile } from "./inputs.ts";
import { maskedText } from "./masked_configuration.ts";
import type { InputList, RunnerConfiguration, TestConfiguration } from "./model.ts";
import { firstAtEachPath, schemaFaults } from "./schema_faults.ts";
import { type Fault, readSourceFile, type SourceFile } from "./source_file.ts";
import { expandVariables } from "./variables.ts";

export const CONFIGURATION_FILE = "fluxloop.yaml";
/** Fields of `runner` that belong to `target`. */
const FUNCTION_FIELDS = ["working_directory", "python_path", "env", "timeout"];

export interface ReadConfiguration {
  readonly configuration: TestConfiguration;
  /** The file with everything masked that may be a secret. */
  readonly maskedText: string;
}

/**
 * Reads a configuration, and the inputs that it names. All mistakes are reported at once, each with its place.
 *
 * @param path The file, relative to the current folder; `fluxloop.yaml` by default.
 * @throws {MistakesError} With all mistakes in the file and in the file of inputs.
 * @throws {ConfigurationError} When the configuration file can't be read.
 */
export function readConfiguration(context: Context, path?: string): ReadConfiguration {
  const { file, folder } = openConfiguration(context, path);
  if (file.mistakes.length > 0) throw new MistakesError(file.mistakes);

  const faults: Fault[] = [];
  const value = expandVariables(context, file.value, faults);
  faults.push(...schemaFaults(CONFIGURATION_SCHEMA, value), ...misplacedFields(value));
  const { inputs, mistakes } = readInputs(value, folder, faults);
  const own = firstAtEachPath(faults).map(file.mistakeOf).sort((a, b) => a.line - b.line || a.column - b.column);
  if (own.length + mistakes.length > 0) throw new MistakesError([...own, ...mistakes]);
  return { configuration: configurationOf(value, inputs, folder), maskedText: maskedText(file.value) };
}

/**
 * @param path As above; a missing `fluxloop.yaml` counts as empty.
 * @returns Where the configuration has results go, whatever else is wrong with it.
 * @throws {ConfigurationError} When the file can't be read.
 */
export function outputDirectoryOf(context: Pick<Context, "cwd">, path?: string): string {
  const standard = CONFIGURATION_SCHEMA.properties!.output_directory.default as string;
  try {
    const { file, folder } = openConfiguration(context, path);
    const named = isObject(file.value) ? file.value.output_directory : undefined;
    return resolve(folder, typeof named === "string" ? named : standard);
  } catch (error) {
    if (path !== undefined || !(error instanceof ConfigurationError)) throw error;
    return resolve(context.cwd(), standard);
  }
}

function openConfiguration(context: Pick<Context, "cwd">, path?: string): { file: SourceFile; folder: string } {
  const shown = path ?? CONFIGURATION_FILE;
  const absolute = resolve(context.cwd(), shown);
  try {
    return { file: readSourceFile(absolute, shown), folder: dirname(absolute) };
  } catch (error) {
    const isMissing = error instanceof ConfigurationError && error.cause instanceof Deno.errors.NotFound;
    if (path !== undefined || !isMissing) throw error;
    const message = `There is no ${shown} in this folder. Create one, or pass --config <file>.`;
    throw new ConfigurationError(message, { cause: error });
  }
}

/** Finds faults that no field shows alone. */
function misplacedFields(value: unknown): Fault[] {
  const { inputs, inputs_file: file, runner } = isObject(value) ? value : {};
  const both = inputs !== undefined && file !== undefined
    ? [{ path: ["inputs_file"], message: "can't be combined with inputs" }]
    : [];
  if (!isObject(runner) || runner.target !== undefined) return both;
  const stray = FUNCTION_FIELDS.filter((it) => runner[it] !== undefined);
  return [...both, ...stray.map((it) => ({ path: ["runner", it], message: "requires target" }))];
}

/** @returns The inputs of the configuration or of the file that it names; `null` where it has none. */
function readInputs(value: unknown, folder: string, faults: Fault[]): ReadInputs {
  const { inputs, inputs_file: name } = isObject(value) ? value : {};
  const nothing = { inputs: null, mistakes: [] };
  if (inputs !== undefined) {
    if (faults.length > 0) return nothing;
    const list = inputs as FileInput[];
    faults.push(...duplicateIds(list).map(({ path, message }) => ({ path: ["inputs", ...path], message })));
    return { inputs: list.map(inputOf), mistakes: [] };
  }
  if (typeof name !== "string" || name === "") return nothing;
  try {
    return readInputsFile(resolve(folder, name), name);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push({ path: ["inputs_file"], message: error.message });
    return nothing;
  }
}

function configurationOf(value: unknown, inputs: InputList | null, folder: string): TestConfiguration {
  const fields = normalized(value, CONFIGURATION_SCHEMA);
  const { test, runner, outputDirectory, runDelaySeconds, name, inputsFile: _, ...rest } = fields;
  return {
    ...rest,
    name: name ?? (basename(folder) || "test"),
    runDelay: runDelaySeconds * 1000,
    inputs,
    outputDirectory: resolve(folder, outputDirectory),
    autoUpload: test.autoUpload,
    runner: runnerOf(runner, folder),
  };
}

// deno-lint-ignore no-explicit-any -- the schema has checked it
function runnerOf({ process, http, target, ...rest }: any, folder: string): RunnerConfiguration {
  if (process !== null) {
    const { protocol: _, readyPattern, ...fields } = process;
    const pattern = readyPattern === null ? null : new RegExp(readyPattern, "u");
    return { kind: "process", ...fields, readyPattern: pattern, cwd: resolve(folder, process.cwd) };
  }
  if (http !== null) {
    const filter = http.streamEventFilter;
    return { kind: "http", ...http, url: new URL(http.url), streamEventFilter: filter && [filter].flat() };
  }
  const pythonPath = rest.pythonPath.map((it: string) => resolve(folder, it));
  return { kind: "python", target, ...rest, pythonPath, workingDirectory: resolve(folder, rest.workingDirectory) };
}

/** @returns A valid value with camelCase names, defaults, durations in milliseconds, and `null` for what is left out. */
// deno-lint-ignore no-explicit-any -- the schema has checked it
function normalized(value: unknown, { properties, format }: Schema): any {
  if (format === "duration-text") return duration(value as string);
  if (properties === undefined || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const field = value[name] ?? schema.default;
      const camelCase = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
      return [camelCase, field === undefined ? null : normalized(field, schema)];
    }),
  );
}

/** @returns A path as people know it: relative to the current folder, where it is in there. */
export function shownPath(context: Pick<Context, "cwd">, path: string): string {
  const near = relative(context.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}
