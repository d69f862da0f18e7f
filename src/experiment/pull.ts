import type { Context } from "../context.ts";
import { NotFoundError, PlatformError, UsageError } from "../errors.ts";
import { identify } from "../api_client/client.ts";
import { pullBundle } from "../api_client/sync.ts";
import type { Target } from "../api_client/transport.ts";
import type { Experiment, InputList, TestInput } from "./model.ts";

/** The inputs to pull; at least one of the options is set. */
export interface PullOptions {
  readonly bundleVersionId?: string;
  /** A project's ID or name; without a bundle version, its newest one is pulled. */
  readonly project?: string;
}

/**
 * Pulls the inputs of a test from the platform: the first user message of each item.
 *
 * @throws {UsageError} When several projects have the name.
 * @throws {NotFoundError} When there is no such project or version, or the key has no access to it.
 * @throws {PermissionDeniedError} Without `read_scenarios`.
 * @throws {InvalidKeyError | NetworkError | PlatformError} As the platform responds.
 */
export async function pullInputs(
  context: Context,
  target: Target,
  { bundleVersionId, project }: PullOptions,
): Promise<{ readonly inputs: InputList } & Pick<Experiment, "bundleVersionId" | "projectId">> {
  const projectId = project === undefined ? null : await projectIdOf(context, target, project);
  const bundle = await pullBundle(context, target, { bundleVersionId: bundleVersionId ?? null, projectId });
  const inputs = bundle.items.map(({ id, messages, personaId }): TestInput => {
    const text = messages.find((it) => it.role === "user")?.content;
    if (text === undefined) throw new PlatformError(`Input "${id}" of ${bundle.id} has no user message`);
    const persona = personaId === null ? null : { id: personaId, name: bundle.personas.get(personaId) ?? personaId };
    return { id, text, persona };
  });
  return { inputs, bundleVersionId: bundle.id, projectId: bundle.projectId ?? projectId };
}

async function projectIdOf(context: Context, target: Target, wanted: string): Promise<string> {
  const { projects } = await identify(context, target);
  // An older platform doesn't list projects, and may still know this one by its ID.
  if (projects === null || projects.some((it) => it.id === wanted)) return wanted;
  const found = projects.filter((it) => it.name === wanted);
  if (found.length === 1) return found[0].id;
  if (found.length > 1) {
    const ids = found.map((it) => it.id).join(", ");
    throw new UsageError(`Several projects are named "${wanted}": ${ids}. Pass one of these IDs.`);
  }
  const names = projects.map((it) => it.name).join(", ");
  throw new NotFoundError(
    `There is no project "${wanted}"; your key has access to ${projects.length === 0 ? "none" : names}`,
  );
}
