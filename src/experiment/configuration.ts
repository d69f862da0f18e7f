import { basename, dirname, relative, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError, type Mistake, MistakesError } from "../errors.ts";
import { parseDuration } from "../text/duration.ts";
import { isObject } from "../text/json.ts";
import { CONFIGURATION_SCHEMA, type Schema } from "./configuration_schema.ts";
import { duplicateIds, type FileInput, inputOf, readInputsFile } from "./inputs.ts";
import { maskedText } from "./masked_configuration.ts";
import type { InputList, TestConfiguration } from "./model.ts";
import { statOrNull } from "./results/result_files.ts";
import { pythonProcess } from "./runners/python_bridge.ts";
import { firstAtEachPath, schemaFaults } from "./schema_faults.ts";
import { type Fault, readSourceFile } from "./source_file.ts";
import { expandVariables } from "./variables.ts";

export const CONFIGURATION_FILE = "fluxloop.yaml";

/**
 * Reads a configuration, and the inputs that it names. All mistakes are reported at once, each with its position.
 *
 * @param path The file, relative to the current folder; `fluxloop.yaml` by default.
 * @throws {MistakesError} With all mistakes in the file and in the file of inputs.
 * @throws {ConfigurationError} When the configuration file can't be read.
 */
export function readConfiguration(context: Context, path?: string): TestConfiguration {
  const shown = path ?? CONFIGURATION_FILE;
  const absolute = resolve(context.cwd(), shown);
  const folder = dirname(absolute);
  if (path === undefined && statOrNull(absolute) === null) {
    throw new ConfigurationError(`There is no ${shown} in this folder. Create one, or pass --config <file>.`);
  }
  const file = readSourceFile(absolute, shown);
  const faults: Fault[] = [];
  const value = expandVariables(context, file.value, faults);
  faults.push(...schemaFaults(CONFIGURATION_SCHEMA, value));
  const { inputs = null, mistakes = [] } = readInputs(value, folder, faults);
  const own = firstAtEachPath(faults).map(file.mistakeOf).sort((a, b) => a.line - b.line || a.column - b.column);
  if (own.length + mistakes.length > 0) throw new MistakesError([...own, ...mistakes]);

  const { test, runner, outputDirectory, runDelaySeconds, name, inputsFile: _, ...rest } = normalized(
    value,
    CONFIGURATION_SCHEMA,
  );
  return {
    ...rest,
    name: name ?? (basename(folder) || "test"),
    runDelay: runDelaySeconds * 1000,
    inputs,
    outputDirectory: resolve(folder, outputDirectory),
    autoUpload: test.autoUpload,
    runner: runnerOf(context, runner, folder),
    maskedText: maskedText(file.value),
  };
}

/**
 * Returns the output directory of a configuration, even if other fields are invalid.
 *
 * @param path The file, which must be readable; the default `fluxloop.yaml` counts as empty if it isn't.
 * @throws {ConfigurationError} When the file can't be read or parsed.
 */
export function outputDirectoryOf(context: Pick<Context, "cwd">, path?: string): string {
  const shown = path ?? CONFIGURATION_FILE;
  const absolute = resolve(context.cwd(), shown);
  let value: unknown;
  try {
    ({ value } = readSourceFile(absolute, shown));
  } catch (error) {
    if (path !== undefined || !(error instanceof ConfigurationError)) throw error;
  }
  const named = isObject(value) ? value.output_directory : undefined;
  const { default: standard } = CONFIGURATION_SCHEMA.properties.output_directory;
  return resolve(dirname(absolute), typeof named === "string" ? named : standard);
}

/** Reads the inputs of the configuration or of the file that it names; adds errors in these fields to `faults`. */
function readInputs(
  value: unknown,
  folder: string,
  faults: Fault[],
): { readonly inputs?: InputList; readonly mistakes?: readonly Mistake[] } {
  const { inputs, inputs_file: name } = isObject(value) ? value : {};
  if (inputs !== undefined) {
    if (faults.length > 0) return {};
    const list = inputs as FileInput[];
    faults.push(...duplicateIds(list).map(({ path, message }) => ({ path: ["inputs", ...path], message })));
    return { inputs: list.map(inputOf) };
  }
  if (typeof name !== "string" || name === "") return {};
  try {
    return { inputs: readInputsFile(resolve(folder, name), name) };
  } catch (error) {
    if (error instanceof MistakesError) return { mistakes: error.mistakes };
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push({ path: ["inputs_file"], message: error.message });
    return {};
  }
}

// deno-lint-ignore no-explicit-any -- the schema has checked it
function runnerOf(context: Context, runner: any, folder: string): TestConfiguration["runner"] {
  const { process, http, target, pythonPath, workingDirectory, env, timeout } = runner;
  if (process !== null) {
    const { protocol: _, readyPattern, ...fields } = process;
    const pattern = readyPattern === null ? null : new RegExp(readyPattern, "u");
    return { kind: "process", ...fields, readyPattern: pattern, cwd: resolve(folder, process.cwd) };
  }
  if (http !== null) {
    const filter = http.streamEventFilter;
    return { kind: "http", ...http, url: new URL(http.url), streamEventFilter: filter && [filter].flat() };
  }
  const paths = pythonPath.map((it: string) => resolve(folder, it));
  return pythonProcess(context.system.os, target, paths, { cwd: resolve(folder, workingDirectory), env, timeout });
}

/** Converts a valid value: to camelCase names, durations in milliseconds, and defaults or `null` for missing fields. */
// deno-lint-ignore no-explicit-any -- the schema has checked it
function normalized(value: unknown, { properties, format }: Schema): any {
  if (format === "duration-text") return parseDuration(value as string);
  if (properties === undefined || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries<Schema>(properties).map(([name, schema]) => {
      const field = value[name] ?? schema.default;
      const camelCase = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
      return [camelCase, field === undefined ? null : normalized(field, schema)];
    }),
  );
}

/** Returns a path for messages: relative if it is in the current folder. */
export function shownPath(context: Pick<Context, "cwd">, path: string): string {
  const near = relative(context.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}
