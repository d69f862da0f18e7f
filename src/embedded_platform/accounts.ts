/**
 * The accounts of the embedded platform, and what belongs to them: organizations, projects, plan and usage.
 *
 * @module
 */
import type { Account, Organization, Plan, Project } from "./contract.ts";
import type { Database } from "./database.ts";

/** Accounts, under the ids that the contract shows. Lists come in the order in which their members were added. */
export class Accounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a plan under an id of its own. */
  addPlan(id: string, { name, runs_per_month }: Plan): void {
    this.#database.run("INSERT INTO plans (id, name, runs_per_month) VALUES (?, ?, ?)", id, name, runs_per_month);
  }

  /** Adds an account on the plan `planId`. */
  addAccount({ id, email, name }: Account, planId: string): void {
    this.#database.run("INSERT INTO accounts (id, email, name, plan_id) VALUES (?, ?, ?, ?)", id, email, name, planId);
  }

  /** Adds an organization, with the account as one of its members. */
  addOrganization({ id, name, role }: Organization, accountId: string): void {
    this.#database.run("INSERT INTO organizations (id, name) VALUES (?, ?)", id, name);
    this.#database.run(
      "INSERT INTO memberships (account_id, organization_id, role) VALUES (?, ?, ?)",
      accountId,
      id,
      role,
    );
  }

  /** Adds a project to an organization. */
  addProject({ id, name }: Project, organizationId: string): void {
    this.#database.run("INSERT INTO projects (id, organization_id, name) VALUES (?, ?, ?)", id, organizationId, name);
  }

  /** Counts `runs` more runs of an account in a month, `2024-01`. */
  addRuns(accountId: string, month: string, runs: number): void {
    this.#database.run(
      `INSERT INTO usage (account_id, month, runs) VALUES (?, ?, ?)
       ON CONFLICT (account_id, month) DO UPDATE SET runs = runs + excluded.runs`,
      accountId,
      month,
      runs,
    );
  }

  /** @returns The account with this id; `undefined` where there is none. */
  account(id: string): Account | undefined {
    return this.#database.get<Account>("SELECT id, email, name FROM accounts WHERE id = ?", id);
  }

  /** @returns The plan that the account is on; `undefined` where there is no such account. */
  plan(accountId: string): Plan | undefined {
    return this.#database.get<Plan>(
      `SELECT plans.name, runs_per_month FROM plans JOIN accounts ON plan_id = plans.id WHERE accounts.id = ?`,
      accountId,
    );
  }

  /** @returns The organizations that the account is a member of, the first one first. */
  organizations(accountId: string): Organization[] {
    return this.#database.all<Organization>(
      `SELECT id, name, role FROM organizations JOIN memberships ON organization_id = id
       WHERE account_id = ? ORDER BY memberships.rowid`,
      accountId,
    );
  }

  /** @returns The projects of all organizations that the account is a member of, the first one first. */
  projects(accountId: string): Project[] {
    return this.#database.all<Project>(
      `SELECT id, name FROM projects JOIN memberships USING (organization_id)
       WHERE account_id = ? ORDER BY projects.rowid`,
      accountId,
    );
  }

  /** @returns How many runs the account had in a month, `2024-01`. */
  runs(accountId: string, month: string): number {
    const row = this.#database.get<{ runs: number }>(
      "SELECT runs FROM usage WHERE account_id = ? AND month = ?",
      accountId,
      month,
    );
    return row?.runs ?? 0;
  }
}
