/**
 * Inputs that are kept on the platform.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError, PlatformError, UsageError } from "../errors.ts";
import { identify } from "../api_client/client.ts";
import { pullBundle } from "../api_client/sync.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import type { TestInput } from "./model.ts";

/** What to pull; at least one of both is there. */
export interface PullOptions {
  readonly bundleVersionId?: string | null;
  /** A project's id or its name, whose newest version is taken where none is named. */
  readonly project?: string | null;
}

/** What was pulled. */
export interface PulledInputs {
  readonly inputs: readonly TestInput[];
  readonly bundleVersionId: string;
  readonly projectId: string | null;
}

/**
 * Pulls the inputs of a test. Of an input of several messages it is the first that a user says that is taken.
 *
 * @param context The outside world.
 * @param credential The platform and the key.
 * @param options Which inputs.
 * @param requests How requests are made.
 * @throws {UsageError} When nothing was named, or several projects have the name.
 * @throws {NotFoundError} When there is no such project or version, or the key does not reach it.
 * @throws {PermissionDeniedError} Without `read_scenarios`.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform has it.
 */
export async function pullInputs(
  context: Context,
  credential: Target,
  { bundleVersionId = null, project = null }: PullOptions,
  requests?: RequestOptions,
): Promise<PulledInputs> {
  if (bundleVersionId === null && project === null) {
    throw new UsageError("Name what to pull: --bundle-version-id, --project, or both");
  }
  const named = project === null ? null : await projectOf(context, credential, project, requests);
  const bundle = await pullBundle(context, credential, { bundleVersionId, projectId: named }, requests);
  const inputs = bundle.items.map(({ id, messages, personaId }): TestInput => {
    const text = messages.find((it) => it.role === "user")?.content;
    if (text === undefined) throw new PlatformError(`Input "${id}" of ${bundle.id} holds nothing that a user says`);
    const persona = personaId === null ? null : { id: personaId, name: bundle.personas.get(personaId) ?? personaId };
    return { id, text, persona };
  });
  return { inputs, bundleVersionId: bundle.id, projectId: bundle.projectId ?? named };
}

/** @returns A project's id, by its id or its name. */
async function projectOf(
  context: Context,
  credential: Target,
  wanted: string,
  requests: RequestOptions | undefined,
): Promise<string> {
  const { projects } = await identify(context, credential, requests);
  // A platform that does not tell of projects may still know this one by its id.
  if (projects === null || projects.some((it) => it.id === wanted)) return wanted;
  const found = projects.filter((it) => it.name === wanted);
  if (found.length === 1) return found[0].id;
  if (found.length > 1) {
    throw new UsageError(
      `Several projects are named "${wanted}": ${found.map((it) => it.id).join(", ")}; name one by id`,
    );
  }
  const names = projects.map((it) => it.name).join(", ");
  const others = projects.length === 0 ? "your key reaches none" : `your key reaches ${names}`;
  throw new NotFoundError(`There is no project "${wanted}"; ${others}`);
}
