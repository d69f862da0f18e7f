/**
 * How far an experiment's upload is: `upload.json` in its folder.
 *
 * @module
 */
import { isObject } from "../api_client/response.ts";
import { replaceText } from "./results/result_files.ts";

const FILE = "upload.json";

/** Who has what of an experiment. */
export interface UploadProgress {
  readonly apiUrl: string;
  /** The id of the account; `null` where the platform does not tell. */
  readonly account: string | null;
  /** The experiment's id on the platform; `null` before the first part. */
  readonly runBatchId: string | null;
  /** How many parts were sent. */
  readonly parts: number;
  /** How much of `results.jsonl` was sent: the end of a line, in bytes. */
  readonly sentBytes: number;
  readonly isComplete: boolean;
}

/** The progress before the first part. */
export const NOTHING_SENT = { runBatchId: null, parts: 0, sentBytes: 0, isComplete: false } as const;

/**
 * @param folder An experiment's folder.
 * @param receiver Where it would be sent.
 * @returns What that one has of it; `undefined` where nothing is known: all of it may be sent again at any time.
 */
export function readProgress(
  folder: string,
  { apiUrl, account }: Pick<UploadProgress, "apiUrl" | "account">,
): UploadProgress | undefined {
  let value: unknown;
  let size: number;
  try {
    value = JSON.parse(Deno.readTextFileSync(`${folder}/${FILE}`));
    size = Deno.statSync(`${folder}/results.jsonl`).size;
  } catch {
    return undefined;
  }
  if (!isObject(value) || account === null || value.api_url !== apiUrl || value.account !== account) return undefined;
  const { run_batch_id: runBatchId, parts, sent_bytes: sentBytes, is_complete: isComplete } = value;
  const isRead = typeof runBatchId === "string" && isCount(parts) && isCount(sentBytes) && sentBytes <= size;
  return isRead ? { apiUrl, account, runBatchId, parts, sentBytes, isComplete: isComplete === true } : undefined;
}

/**
 * @param folder An experiment's folder.
 * @throws {SystemError} When it cannot be written to.
 */
export function writeProgress(folder: string, progress: UploadProgress): void {
  const { apiUrl, account, runBatchId, parts, sentBytes, isComplete } = progress;
  const document = {
    api_url: apiUrl,
    account,
    run_batch_id: runBatchId,
    parts,
    sent_bytes: sentBytes,
    is_complete: isComplete,
  };
  replaceText(`${folder}/${FILE}`, `${JSON.stringify(document, null, 2)}\n`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
