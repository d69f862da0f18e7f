/**
 * Asks the person at the terminal what a new key shall be.
 *
 * @module
 */
import type { KeyAccess } from "../../auth/manage_keys.ts";
import type { Context, PromptChoice } from "../../context.ts";
import { printable } from "../../text/printable.ts";

/** A key in the words of the command line. */
export interface KeyFlags {
  readonly name?: string;
  readonly scope?: string[];
  readonly permission?: string[];
  readonly environment?: string;
  readonly expires?: string;
}

const ENVIRONMENTS: readonly PromptChoice[] = [
  { value: "dev", label: "Development" },
  { value: "stg", label: "Staging" },
  { value: "prod", label: "Production" },
  { value: "ci", label: "Continuous integration" },
];

const DAY = 24 * 60 * 60 * 1000;
const LIFETIMES = [
  { value: "30d", label: "30 days", span: 30 * DAY },
  { value: "90d", label: "90 days (recommended)", span: 90 * DAY },
  { value: "1y", label: "1 year", span: 365 * DAY },
  { value: "never", label: "Never", span: Infinity },
];

const ALL = "all";

/**
 * Asks for each thing that the command line does not name, and offers what the key may hand on.
 *
 * @param context The outside world, with a terminal.
 * @param named What the command line names.
 * @param access What the key that creates the new one can grant.
 * @param colour Whether colour may be used.
 * @returns All of it.
 * @throws {InterruptedError} When the person leaves.
 */
export async function askForKey(
  { prompts }: Context,
  named: KeyFlags,
  access: KeyAccess,
  colour: boolean,
): Promise<KeyFlags> {
  const name = named.name ?? await prompts.text("Name:", colour);
  const environment = named.environment ?? await prompts.choose("Environment:", ENVIRONMENTS, "dev", colour);
  const scope = named.scope ?? await askForProjects(prompts, access, colour);
  const permission = named.permission ?? await prompts.chooseSeveral(
    "Permissions:",
    access.permissions.map((it) => ({ value: it, label: printable(it) })),
    access.permissions,
    0,
    colour,
  );
  const lifetimes = LIFETIMES.filter(({ span }) => access.lifetime === null || span <= access.lifetime);
  // A key of a few days hands on just its own span, which is what no answer means.
  const expires = named.expires ??
    (lifetimes.length === 0 ? undefined : await prompts.choose("Expires:", lifetimes, "90d", colour));
  return { name, environment, scope, permission, expires };
}

async function askForProjects(
  prompts: Context["prompts"],
  { projects }: KeyAccess,
  colour: boolean,
): Promise<string[] | undefined> {
  if (projects.length === 0) return undefined;
  const choices = [
    { value: ALL, label: "All projects of this key" },
    { value: "some", label: "Selected projects" },
  ];
  if (await prompts.choose("Project access:", choices, ALL, colour) === ALL) return undefined;
  const some = projects.map(({ id, name }) => ({ value: id, label: printable(name) }));
  return await prompts.chooseSeveral("Which ones?", some, [], 1, colour);
}
