/**
 * What tests are run on, and what came out of them, as the use cases see it (OpenAPI paths `/api/sync/pull`,
 * `/api/sync/upload`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError, PlatformError } from "../errors.ts";
import { isObject, jsonOf } from "./response.ts";
import type { components } from "./openapi_types.ts";
import { type RequestOptions, send, type Target } from "./transport.ts";
import { toHex } from "../text/hex.ts";

type Schemas = components["schemas"];

/** A part of an experiment, as it is sent. */
export type ResultPart = Schemas["ResultUpload"];
/** A run's place in a part. */
export type PartRun = Schemas["Run"];
/** What came out of it. */
export type PartResult = Schemas["RunResult"];

/** How long the upload of a part may take, in milliseconds: most lines are slower upwards. */
const PART_DEADLINE = 120_000;

/** Which version of a bundle is wanted. */
export interface BundleWish {
  readonly bundleVersionId: string | null;
  /** Whose newest version it is where no version is named. */
  readonly projectId: string | null;
}

/** A version of a bundle, as far as a test needs it. */
export interface Bundle {
  readonly id: string;
  readonly projectId: string | null;
  readonly items: readonly BundleItem[];
  /** Names of personas, by their ids. */
  readonly personas: ReadonlyMap<string, string>;
}

/** One input of a bundle. */
export interface BundleItem {
  readonly id: string;
  readonly messages: readonly Schemas["Message"][];
  readonly personaId: string | null;
}

/**
 * Asks for a version of a bundle. Nothing is changed by it, so that it is sent again where that may help.
 *
 * @param context The outside world.
 * @param target The platform and the key.
 * @param wish Which one.
 * @param requests How requests are made.
 * @returns Its inputs and personas.
 * @throws {NotFoundError} When there is no such version, or the key does not reach it.
 * @throws {InvalidKeyError | PermissionDeniedError | NetworkError | PlatformError} As the platform has it.
 */
export async function pullBundle(
  context: Context,
  target: Target,
  { bundleVersionId, projectId }: BundleWish,
  requests?: RequestOptions,
): Promise<Bundle> {
  const body = {
    ...(bundleVersionId === null ? {} : { bundle_version_id: bundleVersionId }),
    ...(projectId === null ? {} : { project_id: projectId }),
    include_inputs: true,
    include_personas: true,
    include_criteria: false,
  } satisfies Schemas["PullRequest"];
  const message = { method: "POST", path: "/api/sync/pull", body, idempotencyKey: freshName(context) } as const;
  try {
    return bundleOf(jsonOf(await send(context, target, message, requests), target.apiUrl));
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const what = bundleVersionId === null
      ? `bundle of inputs in project "${projectId}"`
      : `bundle version "${bundleVersionId}"${projectId === null ? "" : ` in project "${projectId}"`}`;
    throw new NotFoundError(`There is no ${what}, or none that your key reaches`, { cause: error });
  }
}

/**
 * Sends a part of an experiment.
 *
 * @param idempotencyKey A name for this part, the same whenever it is sent: the platform takes each run once.
 * @returns The experiment's id on the platform.
 * @throws As {@linkcode pullBundle}.
 */
export async function uploadPart(
  context: Context,
  target: Target,
  part: ResultPart,
  idempotencyKey: string,
  requests?: RequestOptions,
): Promise<string> {
  const upload = { method: "POST", path: "/api/sync/upload", body: part, leastDeadline: PART_DEADLINE } as const;
  const response = await send(context, target, { ...upload, idempotencyKey }, requests);
  const body = inReach(target, part, () => jsonOf(response, target.apiUrl));
  const id = isObject(body) ? body.run_batch_id : undefined;
  if (typeof id !== "string") throw unreadable("run_batch_id is not a text");
  return id;
}

function inReach<T>(
  { apiUrl }: Target,
  { bundle_version_id: version, project_id: project }: ResultPart,
  read: () => T,
): T {
  try {
    return read();
  } catch (error) {
    const place = version ? `bundle version "${version}"` : project ? `project "${project}"` : null;
    if (!(error instanceof NotFoundError) || place === null) throw error;
    throw new NotFoundError(`${apiUrl.host} has no ${place}, or none that your key reaches`, { cause: error });
  }
}

function bundleOf(body: unknown): Bundle {
  const { bundle_version: version, input_items: items, personas } = isObject(body) ? body : {};
  if (!isObject(version) || typeof version.id !== "string") throw unreadable("bundle_version.id is not a text");
  const named = listOf(personas ?? [], "personas").map((it, index): [string, string] => {
    const persona = isObject(it) ? it : {};
    if (typeof persona.id !== "string" || typeof persona.name !== "string") {
      throw unreadable(`personas[${index}] is no persona`);
    }
    return [persona.id, persona.name];
  });
  return {
    id: version.id,
    projectId: typeof version.project_id === "string" ? version.project_id : null,
    items: listOf(items, "input_items").map(itemOf),
    personas: new Map(named),
  };
}

function itemOf(value: unknown, index: number): BundleItem {
  const at = `input_items[${index}]`;
  const item = isObject(value) ? value : {};
  if (typeof item.id !== "string") throw unreadable(`${at}.id is not a text`);
  const messages = listOf(item.messages, `${at}.messages`).map((it, place) => {
    const message = isObject(it) ? it : {};
    if (typeof message.role !== "string" || typeof message.content !== "string") {
      throw unreadable(`${at}.messages[${place}] is no message`);
    }
    return { role: message.role, content: message.content };
  });
  return { id: item.id, messages, personaId: typeof item.persona_id === "string" ? item.persona_id : null };
}

function freshName(context: Context): string {
  return toHex(context.random(new Uint8Array(16)));
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(`${at} is not a list`);
  return value;
}

function unreadable(what: string): PlatformError {
  return new PlatformError(`The platform's answer cannot be read: ${what}`);
}
