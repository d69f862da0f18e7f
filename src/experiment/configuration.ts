/**
 * `fluxloop.yaml`: what is run, and how. Whatever is wrong with it is told at once, each mistake with its place.
 *
 * @module
 */
import { basename, dirname, relative, resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError, type Mistake, MistakesError } from "../errors.ts";
import { type CheckedFile, type Path, readCheckedFile } from "./checked_file.ts";
import { CONFIGURATION_SCHEMA } from "./configuration_schema.ts";
import { inputsOf, readInputs } from "./inputs.ts";
import { maskedText } from "./masked_configuration.ts";
import type { RunnerConfiguration, TestConfiguration, TestInput } from "./model.ts";
import { type FileRunner, runnerOf } from "./runner_configuration.ts";
import { duration } from "../text/duration.ts";
import { Expansion } from "./variables.ts";

/** The file that is read where none is named. */
export const CONFIGURATION_FILE = "fluxloop.yaml";
/** Where results go where nothing is said. */
const OUTPUT_DIRECTORY = "experiments";

/** What stands in the file, once it is known to follow the schema. */
interface FileConfiguration {
  readonly name?: string;
  readonly iterations?: number;
  readonly parallel_runs?: number;
  readonly run_delay_seconds?: number;
  readonly inputs?: readonly unknown[];
  readonly inputs_file?: string;
  readonly output_directory?: string;
  readonly test?: { readonly auto_upload?: boolean };
  readonly runner: FileRunner;
  readonly guards?: { readonly max_duration?: string; readonly output_char_limit?: number };
}

/** A configuration, and its file's text as it may be kept beside results. */
export interface ReadConfiguration {
  readonly configuration: TestConfiguration;
  /** The file with everything masked that may be a secret. */
  readonly maskedText: string;
}

/**
 * Reads a configuration, and the inputs that it names.
 *
 * @param context Its environment tells variables' values.
 * @param path The file, from the current folder; the usual one where it is left out.
 * @returns What it says.
 * @throws {MistakesError} With all that is wrong in the file and in the file of inputs.
 * @throws {ConfigurationError} When a file cannot be read.
 */
export function readConfiguration(context: Context, path?: string): ReadConfiguration {
  const shown = path ?? CONFIGURATION_FILE;
  const absolute = resolve(context.cwd(), shown);
  const file = readFile(absolute, shown, path === undefined);
  const folder = dirname(absolute);

  const mistakes = [...file.mistakes];
  const expansion = new Expansion(context);
  const value = isMap(file.value) ? file.value as Partial<FileConfiguration> : {};
  const runner = isMap(value.runner) ? runnerOf(value.runner, folder, expansion) : null;
  for (const { path, message } of [...expansion.mistakes, ...runner?.faults ?? []]) {
    mistakes.push(file.mistakeAt(path, message));
  }
  if (value.inputs !== undefined && value.inputs_file !== undefined) {
    mistakes.push(file.mistakeAt(["inputs_file"], "stands beside inputs; expected one of both"));
  }
  const inputs = mistakes.length > 0 && value.inputs !== undefined ? null : inputsIn(file, value, folder, mistakes);
  if (mistakes.length > 0) throw new MistakesError(inOrder(mistakes));

  const configuration = configurationOf(value as FileConfiguration, runner!.configuration!, inputs, folder);
  return { configuration, maskedText: maskedText(file.document()) };
}

function readFile(absolute: string, shown: string, isUsual: boolean): CheckedFile {
  try {
    return readCheckedFile(absolute, shown, CONFIGURATION_SCHEMA);
  } catch (error) {
    if (!isUsual || !(error instanceof ConfigurationError && error.cause instanceof Deno.errors.NotFound)) throw error;
    throw new ConfigurationError(`There is no ${shown} here; name the configuration with --config <file>`, {
      cause: error,
    });
  }
}

/**
 * @param context Tells the current folder.
 * @param path As above; a file that is not there says nothing.
 * @returns Where the configuration has results go, whatever else it says.
 * @throws {ConfigurationError} When the file cannot be read.
 */
export function outputDirectoryOf(context: Pick<Context, "cwd">, path?: string): string {
  const absolute = resolve(context.cwd(), path ?? CONFIGURATION_FILE);
  const folder = dirname(absolute);
  let value: unknown;
  try {
    value = readCheckedFile(absolute, path ?? CONFIGURATION_FILE, CONFIGURATION_SCHEMA).value;
  } catch (error) {
    if (path !== undefined || !(error instanceof ConfigurationError)) throw error;
  }
  const named = isMap(value) ? value.output_directory : undefined;
  return resolve(folder, typeof named === "string" ? named : OUTPUT_DIRECTORY);
}

/** @returns The inputs of the file or of the one that it names; `null` where it has none, or not read for its mistakes. */
function inputsIn(
  file: CheckedFile,
  { inputs, inputs_file: other }: Partial<FileConfiguration>,
  folder: string,
  mistakes: Mistake[],
): TestInput[] | null {
  if (inputs !== undefined) {
    return inputsOf(inputs, (path: Path, message) => mistakes.push(file.mistakeAt(["inputs", ...path], message)));
  }
  if (typeof other !== "string" || other === "") return null;
  const path = resolve(folder, other);
  try {
    const read = readInputs(path, other);
    for (const it of read.mistakes) mistakes.push(it);
    return read.inputs;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    mistakes.push(file.mistakeAt(["inputs_file"], `names a file that cannot be used: ${error.message}`));
    return null;
  }
}

function configurationOf(
  value: FileConfiguration,
  runner: RunnerConfiguration,
  inputs: readonly TestInput[] | null,
  folder: string,
): TestConfiguration {
  const { guards } = value;
  return {
    name: value.name ?? (basename(folder) || "test"),
    iterations: value.iterations ?? 1,
    parallelRuns: value.parallel_runs ?? 1,
    runDelay: (value.run_delay_seconds ?? 0) * 1000,
    inputs,
    outputDirectory: resolve(folder, value.output_directory ?? OUTPUT_DIRECTORY),
    autoUpload: value.test?.auto_upload ?? true,
    runner,
    guards: {
      maxDuration: guards?.max_duration === undefined ? null : duration(guards.max_duration),
      outputCharLimit: guards?.output_char_limit ?? null,
    },
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As they stand in the file. Files come in the order in which they were looked at. */
function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const files = [...new Set(mistakes.map((it) => it.file))];
  return mistakes.toSorted((a, b) =>
    files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column
  );
}

/** @returns A path as people are told it: from the current folder, where it lies in there. */
export function shownPath(context: Pick<Context, "cwd">, path: string): string {
  const near = relative(context.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}
