/**
 * Sends what came out of an experiment to the platform. It is read back from the experiment's folder, so that it can be
 * sent at any time later, and whatever was sent is not sent again.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError, PermissionDeniedError, PlatformError, SystemError } from "../errors.ts";
import { identify } from "../api_client/client.ts";
import type { Identity } from "../api_client/identity.ts";
import { uploadPart } from "../api_client/sync.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import { resultParts } from "./result_parts.ts";
import { RESULTS_FILE } from "./results/result_line.ts";
import { readSummary } from "./results/summary.ts";
import { NOTHING_SENT, readProgress, type UploadProgress, writeProgress } from "./upload_progress.ts";

/** The permission that an upload needs. */
const REQUIRED = "upload_results";
/** How often all is sent again to a platform that has lost it. */
const ATTEMPTS = 3;

/** How to send. */
export interface UploadOptions {
  /** How requests are made. */
  readonly requests?: RequestOptions;
}

/** What was sent. */
export interface UploadedExperiment {
  /** The experiment's id on the platform. */
  readonly runBatchId: string;
}

/**
 * Finds out, before anything else is done, whether the key may upload results. What the platform does not tell is found out
 * later.
 *
 * @param context The outside world.
 * @param credential The platform and the key.
 * @param requests How requests are made.
 * @throws {PermissionDeniedError} When it may not.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform has it.
 */
export async function requireUploadPermission(
  context: Context,
  credential: Target,
  requests?: RequestOptions,
): Promise<void> {
  checkPermission(await identify(context, credential, requests));
}

/**
 * Sends an experiment's runs, in parts of bounded size. The folder remembers what the platform has, so that an upload that
 * was cut off goes on where it was; a platform that has lost what it was sent gets all of it again.
 *
 * @param context The outside world.
 * @param credential The platform and the key.
 * @param folder The experiment's folder.
 * @param options How to send.
 * @throws {NotFoundError} When there is no such folder.
 * @throws {ConfigurationError} When the folder holds no experiment that can be read.
 * @throws {PermissionDeniedError} Without `upload_results`.
 * @throws {InvalidKeyError | NetworkError | NotFoundError | PlatformError} As the platform has it.
 */
export async function uploadExperiment(
  context: Context,
  credential: Target,
  folder: string,
  { requests }: UploadOptions = {},
): Promise<UploadedExperiment> {
  if (!isThere(folder)) throw new NotFoundError(`There is no folder ${folder}`);
  const summary = await readSummary(folder);
  const identity = await identify(context, credential, requests);
  checkPermission(identity);
  const receiver = { apiUrl: credential.apiUrl.href, account: identity.account?.id ?? null };
  let progress = readProgress(folder, receiver) ?? { ...receiver, ...NOTHING_SENT };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const runBatchId = await sendRest(context, credential, { folder, summary, progress, requests });
    if (runBatchId !== null) return { runBatchId };
    progress = { ...receiver, ...NOTHING_SENT };
  }
  throw new PlatformError(`${credential.apiUrl.host} keeps losing what it was sent; try again later`);
}

/**
 * @param outputDirectory Where experiments are.
 * @returns The folder of the newest one.
 * @throws {NotFoundError} When there is none.
 */
export async function latestExperiment(outputDirectory: string): Promise<string> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(outputDirectory)) {
      // Names begin with their time.
      if (/^exp_\d{8}T\d{6}Z_/.test(name) && isFile(`${outputDirectory}/${name}/${RESULTS_FILE}`)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const newest = names.sort().at(-1);
  if (newest === undefined) throw new NotFoundError(`There are no results in ${outputDirectory}`);
  return `${outputDirectory}/${newest}`;
}

interface Rest {
  readonly folder: string;
  readonly summary: Awaited<ReturnType<typeof readSummary>>;
  readonly progress: UploadProgress;
  readonly requests: RequestOptions | undefined;
}

/**
 * Sends what the platform does not have yet: with the last run the word that it was the last one, or that word alone.
 *
 * @returns The experiment's id; `null` where it became another on the way: the platform has lost what it was sent before.
 */
async function sendRest(
  context: Context,
  target: Target,
  { folder, summary, progress, requests }: Rest,
): Promise<string | null> {
  let now = progress;
  for await (const { part, end, isLast } of resultParts(folder, summary, progress)) {
    const name = `${summary.id}:${now.parts + 1}:${end}`;
    const runBatchId = await uploadPart(context, target, part, name, requests);
    if (now.runBatchId !== null && now.runBatchId !== runBatchId) return null;
    now = { ...now, runBatchId, parts: now.parts + 1, sentBytes: end, isComplete: isLast };
    remember(folder, now);
  }
  return now.runBatchId;
}

/** Without that note all is sent again some time, which the platform does not count: a full disk ends no upload. */
function remember(folder: string, progress: UploadProgress): void {
  try {
    writeProgress(folder, progress);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

function checkPermission({ key }: Identity): void {
  const permissions = key?.permissions ?? null;
  if (permissions !== null && !permissions.includes(REQUIRED)) throw new PermissionDeniedError(REQUIRED, permissions);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
