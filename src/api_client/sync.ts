/**
 * Pulls the inputs of tests and uploads their results (OpenAPI paths `/api/sync/pull`, `/api/sync/upload`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError } from "../errors.ts";
import { newIdempotencyKey } from "./api_keys.ts";
import { request } from "./client.ts";
import { listOf, object, optional, text } from "./fields.ts";
import type { components } from "./openapi_types.ts";
import type { Target } from "./transport.ts";

type Schemas = components["schemas"];

/** A part of an experiment, with its runs and their results. */
export type ResultPart = Schemas["ResultUpload"];
export type PartRun = Schemas["Run"];
export type PartResult = Schemas["RunResult"];

/** How long the upload of a part may take, in milliseconds: most connections are slower for uploads. */
const PART_DEADLINE = 120_000;

/** A version of a bundle. */
export interface Bundle {
  readonly id: string;
  readonly projectId: string | null;
  readonly items: readonly ReturnType<typeof pulledItem>[];
  /** The personas' names by their ids. */
  readonly personas: ReadonlyMap<string, string>;
}

const pulledItem = object({
  id: text,
  messages: listOf(object({ role: text, content: text })),
  persona_id: optional(text),
});
const pulledBundle = object({
  bundle_version: object({ id: text, project_id: optional(text) }),
  input_items: listOf(pulledItem),
  personas: optional(listOf(object({ id: text, name: text }))),
});

const uploadedPart = object({ run_batch_id: text });

/**
 * Pulls a version of a bundle, or the newest one of a project. It changes nothing, so it is retried.
 *
 * @throws {NotFoundError} When there is no such version, or the key can't access it.
 */
export async function pullBundle(
  context: Context,
  target: Target,
  { bundleVersionId, projectId }: { readonly bundleVersionId: string | null; readonly projectId: string | null },
): Promise<Bundle> {
  const body = {
    bundle_version_id: bundleVersionId ?? undefined,
    project_id: projectId ?? undefined,
    include_inputs: true,
    include_personas: true,
    include_criteria: false,
  } satisfies Schemas["PullRequest"];
  const options = { bundle_version_id: "--bundle-version-id", project_id: "--project" };
  const idempotencyKey = newIdempotencyKey(context);
  const pull = { method: "POST", path: "/api/sync/pull", body, options, idempotencyKey } as const;
  const place = projectId === null ? "" : ` in project "${projectId}"`;
  const what = bundleVersionId === null ? "a bundle of inputs" : `bundle version "${bundleVersionId}"`;
  const missing = notFound(`${what}${place}`);
  const { bundleVersion, inputItems: items, personas } = await request(context, target, pull, pulledBundle, missing);
  return { ...bundleVersion, items, personas: new Map(personas?.map(({ id, name }) => [id, name])) };
}

/**
 * Uploads a part of an experiment.
 *
 * @param idempotencyKey The same for each attempt: the platform accepts each run once.
 * @returns The experiment's id on the platform.
 */
export async function uploadPart(
  context: Context,
  target: Target,
  part: ResultPart,
  idempotencyKey: string,
): Promise<string> {
  const upload = { method: "POST", path: "/api/sync/upload", body: part, minDeadline: PART_DEADLINE } as const;
  const { bundle_version_id: version, project_id: project } = part;
  const place = version ? `bundle version "${version}"` : project ? `project "${project}"` : null;
  const missing = place === null ? undefined : notFound(place);
  return (await request(context, target, { ...upload, idempotencyKey }, uploadedPart, missing)).runBatchId;
}

function notFound(what: string): NotFoundError {
  return new NotFoundError(`Can't find ${what}, or the API key can't access it`);
}
