/**
 * What a new data directory starts with, so that the documentation's own examples come out (design: platform-api.md,
 * "The embedded platform").
 *
 * @module
 */
import { generateApiKey } from "./api_key.ts";
import type { Account, Organization, Plan, Project } from "./contract.ts";
import type { Random } from "./secret.ts";
import { SEEDED_BUNDLE } from "./seed_bundle.ts";
import { openStorage, type Storage } from "./storage.ts";
import { DAY, utcMidnight, utcMonth } from "./time.ts";

const ACCOUNT: Account = { id: "usr_1", email: "john@example.com", name: "John" };
const PLAN: Plan = { name: "Team", runs_per_month: 1000 };
const RUNS = 234;

const ORGANIZATIONS: readonly Organization[] = [
  { id: "org_1", name: "Acme Inc", role: "owner" },
  { id: "org_2", name: "Personal", role: "member" },
];

const PROJECTS: readonly Project[] = [
  { id: "prj_1", name: "customer-support-bot" },
  { id: "prj_2", name: "sales-assistant" },
  { id: "prj_3", name: "analytics-agent" },
];

/** In milliseconds. The documentation asks for a new key every 90 days. */
const KEY_LIFETIME = 90 * DAY;

/** The id of the account that a new storage holds. */
export const SEEDED_ACCOUNT_ID = ACCOUNT.id;

/** What a seed is made of. */
export interface SeedOptions {
  /** When: the key's 90 days begin with this day, and the runs are counted in this month. */
  readonly now: Date;
  readonly random: Random;
  /** The key to put there, `flux_<env>_<secret>`, instead of a random one. */
  readonly apiKey?: string;
}

/** A storage, and what its opener has to know once. */
export interface SeededStorage {
  readonly storage: Storage;
  /** The whole key, which is kept nowhere; `null` where the storage was there before. */
  readonly apiKey: string | null;
}

/**
 * Opens the storage of a data directory; a new one is seeded.
 *
 * @param dataDir The directory; `null` for one in memory.
 * @throws {ConfigurationError} When the directory is none, or its database is not of this program, or of a newer one.
 * @throws {SystemError} When the directory or the database cannot be made or opened.
 * @throws {TypeError} When a new storage is to hold an `apiKey` that does not have the form of a key.
 */
export function openSeededStorage(dataDir: string | null, { now, random, apiKey }: SeedOptions): SeededStorage {
  let seededKey: string | null = null;
  const storage = openStorage(dataDir, (fresh) => {
    seededKey = apiKey ?? generateApiKey("dev", random);
    seed(fresh, seededKey, now);
  });
  return { storage, apiKey: seededKey };
}

function seed({ accounts, apiKeys, bundles }: Storage, key: string, now: Date): void {
  accounts.addPlan("plan_1", PLAN);
  accounts.addAccount(ACCOUNT, "plan_1");
  for (const organization of ORGANIZATIONS) accounts.addOrganization(organization, ACCOUNT.id);
  for (const project of PROJECTS) accounts.addProject(project, ORGANIZATIONS[0].id);
  accounts.addRuns(ACCOUNT.id, utcMonth(now), RUNS);
  bundles.add(SEEDED_BUNDLE, PROJECTS[0].id);

  const createdAt = utcMidnight(now);
  apiKeys.add({
    key,
    accountId: ACCOUNT.id,
    name: "My Development Key",
    createdAt,
    expiresAt: new Date(createdAt.getTime() + KEY_LIFETIME),
    scopes: "all_projects",
    permissions: ["read_scenarios", "upload_results", "create_scenarios"],
  });
}
