import type { Context } from "../context.ts";
import { NotFoundError, PermissionDeniedError, PlatformError } from "../errors.ts";
import { identify } from "../api_client/client.ts";
import { uploadPart } from "../api_client/sync.ts";
import type { Target } from "../api_client/transport.ts";
import { resultParts } from "./result_parts.ts";
import { statOrNull } from "./results/result_files.ts";
import { RESULTS_FILE } from "./results/result_line.ts";
import { readSummary } from "./results/summary.ts";

const REQUIRED = "upload_results";

/**
 * Checks early whether a key can upload results.
 *
 * @throws {PermissionDeniedError} When it can't.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform responds.
 */
export async function requireUploadPermission(context: Context, target: Target): Promise<void> {
  const permissions = (await identify(context, target)).key?.permissions ?? null;
  if (permissions !== null && !permissions.includes(REQUIRED)) throw new PermissionDeniedError(REQUIRED, permissions);
}

/**
 * Uploads an experiment from its folder, part by part, now or later. The platform stores each run once.
 *
 * @returns The ID of the run batch at the platform.
 * @throws {NotFoundError} When there is no such folder or no test in it, or the platform has no such bundle or project.
 * @throws {ConfigurationError} When the folder's files can't be read.
 * @throws {PermissionDeniedError} When the key can't upload.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform responds.
 */
export async function uploadExperiment(context: Context, target: Target, folder: string): Promise<string> {
  if (statOrNull(folder) === null) throw new NotFoundError(`There is no folder ${folder}`);
  const summary = await readSummary(folder);
  await requireUploadPermission(context, target);
  let runBatchId: string | null = null;
  for await (const { part, runs } of resultParts(folder, summary)) {
    const stored = await uploadPart(context, target, part, `${summary.id}:${runs}`);
    if (stored !== (runBatchId ??= stored)) {
      throw new PlatformError(`${target.apiUrl.host} lost uploaded runs. Upload them again: fluxloop test upload`);
    }
  }
  return runBatchId!;
}

/**
 * Returns the folder of the latest experiment.
 *
 * @param outputDirectory The folder with all experiments.
 * @throws {NotFoundError} When there is none.
 */
export function latestExperiment(outputDirectory: string): string {
  const entries = statOrNull(outputDirectory) === null ? [] : [...Deno.readDirSync(outputDirectory)];
  const hasResults = (name: string) => statOrNull(`${outputDirectory}/${name}/${RESULTS_FILE}`)?.isFile ?? false;
  // Names begin with the time.
  const names = entries.map((it) => it.name).filter((it) => /^exp_\d{8}T\d{6}Z_/.test(it) && hasResults(it)).sort();
  if (names.length === 0) {
    throw new NotFoundError(`There are no results in ${outputDirectory}. Create some: fluxloop test`);
  }
  return `${outputDirectory}/${names.at(-1)}`;
}
