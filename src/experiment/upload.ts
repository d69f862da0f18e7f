/**
 * Uploads an experiment from its folder, now or later. `upload.json` keeps what was sent, so that it isn't sent again.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError, PermissionDeniedError, PlatformError, SystemError } from "../errors.ts";
import { identify } from "../api_client/client.ts";
import type { Identity } from "../api_client/identity.ts";
import { uploadPart } from "../api_client/sync.ts";
import type { Target } from "../api_client/transport.ts";
import { resultParts } from "./result_parts.ts";
import { RESULTS_FILE } from "./results/result_line.ts";
import { infoOf, writeReport } from "./results/result_files.ts";
import { readSummary, type Summary } from "./results/summary.ts";

const REQUIRED = "upload_results";
const PROGRESS_FILE = "upload.json";
/** How often everything is sent again to a platform that has lost it. */
const ATTEMPTS = 3;

/** How far an upload is. */
interface UploadProgress {
  /** The experiment's id on the platform; `null` before the first part. */
  readonly runBatchId: string | null;
  readonly parts: number;
  readonly runs: number;
}

const NOTHING_SENT: UploadProgress = { runBatchId: null, parts: 0, runs: 0 };

/** The upload of an experiment to one account of a platform. */
interface Upload {
  readonly folder: string;
  readonly summary: Summary;
  /** `null` where the platform doesn't say: then everything is sent again each time. */
  readonly account: string | null;
  readonly target: Target;
}

/**
 * Checks early whether a key can upload results.
 *
 * @throws {PermissionDeniedError} When it can't.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform responds.
 */
export async function requireUploadPermission(context: Context, target: Target): Promise<Identity> {
  const identity = await identify(context, target);
  const permissions = identity.key?.permissions ?? null;
  if (permissions !== null && !permissions.includes(REQUIRED)) throw new PermissionDeniedError(REQUIRED, permissions);
  return identity;
}

/**
 * Uploads what wasn't uploaded before.
 *
 * @param folder The experiment's folder.
 * @throws {NotFoundError} When there is no such folder, or the platform has no such bundle or project.
 * @throws {ConfigurationError} When the folder's files can't be read.
 * @throws {PermissionDeniedError} When the key can't upload.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform responds; what was sent stays sent.
 */
export async function uploadExperiment(
  context: Context,
  target: Target,
  folder: string,
): Promise<{ readonly runBatchId: string }> {
  if (infoOf(folder) === null) throw new NotFoundError(`There is no folder ${folder}`);
  const summary = await readSummary(folder);
  const { account } = await requireUploadPermission(context, target);
  const upload = { folder, summary, account: account?.id ?? null, target };
  let progress = readProgress(upload);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const runBatchId = await sendRest(context, upload, progress);
    if (runBatchId !== null) return { runBatchId };
    progress = NOTHING_SENT;
  }
  throw new PlatformError(
    `${target.apiUrl.host} didn't store all uploaded runs after ${ATTEMPTS} attempts. Try again later.`,
  );
}

/** @returns The experiment's id on the platform; `null` when that changes, because the platform lost earlier parts. */
async function sendRest(context: Context, upload: Upload, progress: UploadProgress): Promise<string | null> {
  const { folder, summary, target } = upload;
  let { runBatchId } = progress;
  let { parts } = progress;
  for await (const { part, runs } of resultParts(folder, summary, progress)) {
    const name = `${summary.id}:${++parts}:${runs}`;
    const found = await uploadPart(context, target, part, name);
    if (runBatchId !== null && runBatchId !== found) return null;
    runBatchId = found;
    await writeProgress(upload, { runBatchId, parts, runs });
  }
  return runBatchId;
}

function readProgress({ folder, account, target }: Upload): UploadProgress {
  try {
    const value = JSON.parse(Deno.readTextFileSync(`${folder}/${PROGRESS_FILE}`));
    const { api_url, account: receiver, run_batch_id: runBatchId, parts, runs } = value;
    const isOurs = account !== null && receiver === account && api_url === target.apiUrl.href;
    const isRead = typeof runBatchId === "string" && Number.isSafeInteger(parts) && Number.isSafeInteger(runs);
    return isOurs && isRead ? { runBatchId, parts, runs } : NOTHING_SENT;
  } catch {
    return NOTHING_SENT;
  }
}

async function writeProgress(
  { folder, account, target }: Upload,
  { runBatchId, parts, runs }: UploadProgress,
): Promise<void> {
  const document = { api_url: target.apiUrl, account, run_batch_id: runBatchId, parts, runs };
  try {
    await writeReport(`${folder}/${PROGRESS_FILE}`, [`${JSON.stringify(document, null, 2)}\n`]);
  } catch (error) {
    // Without the file everything is sent again next time, and the platform stores it once.
    if (!(error instanceof SystemError)) throw error;
  }
}

/**
 * @param outputDirectory The folder with all experiments.
 * @returns The folder of the latest one.
 * @throws {NotFoundError} When there is none.
 */
export async function latestExperiment(outputDirectory: string): Promise<string> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(outputDirectory)) {
      // Names begin with their time.
      const hasResults = infoOf(`${outputDirectory}/${name}/${RESULTS_FILE}`)?.isFile;
      if (/^exp_\d{8}T\d{6}Z_/.test(name) && hasResults) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const latest = names.sort().at(-1);
  if (latest === undefined) {
    throw new NotFoundError(`There are no results in ${outputDirectory}. Create some: fluxloop test`);
  }
  return `${outputDirectory}/${latest}`;
}
