/**
 * The example data of the documentation. There is one account, and only its keys, logins and results change.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { type Permission, PERMISSIONS } from "../api_client/key_terms.ts";
import type { Schemas } from "./http.ts";
import { generateApiKey } from "./secrets.ts";
import { openStorage, type Storage } from "./storage.ts";
import { after, DAY, isoTime } from "./time.ts";

export const ACCOUNT: Schemas["Account"] = { id: "usr_1", email: "john@example.com", name: "John" };

export const PLAN: Schemas["Plan"] = { name: "Team", runs_per_month: 1000 };

export const ORGANIZATIONS: Schemas["Organization"][] = [
  { id: "org_1", name: "Acme Inc", role: "owner" },
  { id: "org_2", name: "Personal", role: "member" },
];

export const PROJECTS: Schemas["Project"][] = [
  { id: "prj_1", name: "customer-support-bot" },
  { id: "prj_2", name: "sales-assistant" },
  { id: "prj_3", name: "analytics-agent" },
];

/** A new key's permissions and lifetime, in seconds, unless others are requested. */
export const DEFAULT_PERMISSIONS: Permission[] = PERMISSIONS.slice(0, 3);
export const DEFAULT_LIFETIME = 90 * DAY;

/** The number of runs in the month in which the data is created. */
const RUNS = 234;

/** Messages to a shop's support, each with the persona who writes it. */
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
export const BUNDLE: Schemas["Bundle"] = {
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

/** Where the data is stored, and how to fill new storage. */
export interface SeedOptions extends Pick<Context, "now" | "random"> {
  /** `null` keeps everything in memory. */
  readonly dataDir: string | null;
  /** The key of new storage, instead of a random one. Its 90 days start at midnight (UTC) of the current day. */
  readonly apiKey?: string;
}

/**
 * Opens a data folder with {@linkcode openStorage} and fills new storage.
 *
 * @returns The storage, and the whole key, which isn't stored, or `null` for existing storage.
 */
export function openSeededStorage(
  { dataDir, now, random, apiKey = generateApiKey("dev", random) }: SeedOptions,
): { readonly storage: Storage; readonly apiKey: string | null } {
  let isNew = false;
  const storage = openStorage(dataDir, (storage) => {
    isNew = true;
    const today = isoTime(now()).slice(0, 10);
    const created_at = `${today}T00:00:00Z`;
    storage.insert("usage", { month: today.slice(0, 7), runs: RUNS });
    storage.apiKeys.add({
      key: apiKey,
      name: "My Development Key",
      created_at,
      expires_at: after(created_at, DEFAULT_LIFETIME),
      scopes: "all_projects",
      permissions: DEFAULT_PERMISSIONS,
    });
  });
  return { storage, apiKey: isNew ? apiKey : null };
}
