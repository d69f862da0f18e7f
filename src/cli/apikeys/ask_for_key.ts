import type { KeyAccess } from "../../auth/manage_keys.ts";
import type { PromptChoice, Prompts } from "../../context.ts";
import { printable } from "../../text/printable.ts";
import { parseLifetime } from "../values.ts";

/** The options that describe a new key. */
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

const LIFETIMES: readonly PromptChoice[] = [
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days (recommended)" },
  { value: "1y", label: "1 year" },
  { value: "never", label: "Never" },
];

/**
 * Prompts for each setting that isn't given as an option.
 *
 * @param access What the key that creates the new one can grant.
 */
export async function askForKey(
  prompts: Prompts,
  given: KeyFlags,
  access: KeyAccess,
): Promise<KeyFlags> {
  const name = given.name ?? await prompts.text("Name:");
  const environment = given.environment ?? await prompts.choose("Environment:", ENVIRONMENTS, "dev");
  const scope = given.scope ?? await askForProjects(prompts, access);
  const permissions = access.permissions.map((it) => ({ value: it, label: printable(it) }));
  const permission = given.permission ??
    await prompts.chooseSeveral("Permissions:", permissions, access.permissions, 0);
  const longest = access.lifetime ?? Infinity;
  const lifetimes = LIFETIMES.filter(({ value }) => (parseLifetime(value, "--expires") ?? Infinity) <= longest);
  // If the creating key's lifetime is shorter than all choices, the new key gets the same lifetime.
  const expires = given.expires ??
    (lifetimes.length === 0 ? undefined : await prompts.choose("Expires:", lifetimes, "90d"));
  return { name, environment, scope, permission, expires };
}

async function askForProjects(prompts: Prompts, { projects }: KeyAccess): Promise<string[] | undefined> {
  if (projects.length === 0) return undefined;
  const choices = [
    { value: "all", label: "All projects of this key" },
    { value: "some", label: "Selected projects" },
  ];
  if (await prompts.choose("Project access:", choices, "all") === "all") return undefined;
  const some = projects.map(({ id, name }) => ({ value: id, label: printable(name) }));
  return await prompts.chooseSeveral("Which ones?", some, [], 1);
}
