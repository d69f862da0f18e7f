/**
 * The example data that the documentation's examples show. There is one account, and only its keys, logins and results
 * change.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { PERMISSIONS } from "../api_client/key_terms.ts";
import type { Account, Bundle, Organization, Permission, Plan, Project } from "./contract.ts";
import { generateApiKey } from "./secrets.ts";
import { openStorage, type Storage } from "./storage.ts";
import { after, DAY } from "./time.ts";

export const ACCOUNT: Account = { id: "usr_1", email: "john@example.com", name: "John" };

export const PLAN: Plan = { name: "Team", runs_per_month: 1000 };

export const ORGANIZATIONS: readonly Organization[] = [
  { id: "org_1", name: "Acme Inc", role: "owner" },
  { id: "org_2", name: "Personal", role: "member" },
];

export const PROJECTS: readonly Project[] = [
  { id: "prj_1", name: "customer-support-bot" },
  { id: "prj_2", name: "sales-assistant" },
  { id: "prj_3", name: "analytics-agent" },
];

/** A new key's permissions and lifetime, in milliseconds, unless others are requested. */
export const DEFAULT_PERMISSIONS: readonly Permission[] = PERMISSIONS.slice(0, 3);
export const DEFAULT_LIFETIME = 90 * DAY;

/** The runs of the first month. */
const RUNS = 234;

/** What people write to a shop's support, and the persona who writes it. */
const MESSAGES: readonly (readonly [text: string, personaId: string])[] = [
  ["Where is my order? It was to be here on Monday.", "per_1"],
  ["How do I return something that does not fit?", "per_2"],
  ["I was charged twice for one order.", "per_3"],
  ["Do you ship to Norway, and what does that cost?", "per_2"],
  ["Cancel my subscription now.", "per_1"],
  ["The third parcel in a row came damaged. What will you do about it?", "per_3"],
  ["Can I change the address of an order that I placed an hour ago?", "per_1"],
  ["Is there a student discount?", "per_2"],
];

/** The inputs of the project `customer-support-bot`; the others have none. */
export const BUNDLE: Bundle = {
  bundle_version: { id: "bv_1", project_id: PROJECTS[0].id },
  input_items: MESSAGES.map(([content, persona_id], index) => ({
    id: `inp_${index + 1}`,
    messages: [{ role: "user", content }],
    persona_id,
    metadata: {},
  })),
  personas: [
    { id: "per_1", name: "In a hurry" },
    { id: "per_2", name: "New to the shop" },
    { id: "per_3", name: "Disappointed" },
  ],
  criteria_pack: [{ id: "cri_1", name: "Says what happens next" }],
};

/** How to fill new storage. */
interface SeedOptions extends Pick<Context, "random"> {
  /** The key's 90 days start at midnight of this day. */
  readonly now: Date;
  readonly apiKey?: string;
}

/**
 * Opens a data directory with {@linkcode openStorage} and fills new storage.
 *
 * @returns The storage, and the whole key, which isn't stored, or `null` for existing storage.
 */
export function openSeededStorage(
  dataDir: string | null,
  { now, random, apiKey = generateApiKey("dev", random) }: SeedOptions,
): { readonly storage: Storage; readonly apiKey: string | null } {
  let isNew = false;
  const createdAt = new Date(now);
  createdAt.setUTCHours(0, 0, 0, 0);
  const storage = openStorage(dataDir, ({ apiKeys, experiments }) => {
    isNew = true;
    experiments.addRuns(RUNS, now);
    apiKeys.add({
      key: apiKey,
      name: "My Development Key",
      createdAt,
      expiresAt: after(createdAt, DEFAULT_LIFETIME),
      scopes: "all_projects",
      permissions: DEFAULT_PERMISSIONS,
    });
  });
  return { storage, apiKey: isNew ? apiKey : null };
}
