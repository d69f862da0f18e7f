/**
 * Accounts, and their organizations, projects, plan and usage.
 *
 * @module
 */
import type { Account, Organization, Plan, Project } from "./contract.ts";
import type { Database } from "./database.ts";

/** The accounts. Lists are in the order in which their members were added. */
export class Accounts {
  constructor(private readonly database: Database) {}

  addPlan(id: string, { name, runs_per_month }: Plan): void {
    this.database.insert("plans", { id, name, runs_per_month });
  }

  addAccount({ id, email, name }: Account, planId: string): void {
    this.database.insert("accounts", { id, email, name, planId });
  }

  /** Adds an organization, with the account as a member. */
  addOrganization({ id, name, role }: Organization, accountId: string): void {
    this.database.insert("organizations", { id, name });
    this.database.insert("memberships", { accountId, organizationId: id, role });
  }

  addProject({ id, name }: Project, organizationId: string): void {
    this.database.insert("projects", { id, organizationId, name });
  }

  /** Adds to an account's runs in a month, such as `2024-01`. */
  addRuns(accountId: string, month: string, runs: number): void {
    this.database.run(
      `INSERT INTO usage (account_id, month, runs) VALUES (?, ?, ?)
       ON CONFLICT (account_id, month) DO UPDATE SET runs = runs + excluded.runs`,
      accountId,
      month,
      runs,
    );
  }

  account(id: string): Account | undefined {
    return this.database.get("SELECT id, email, name FROM accounts WHERE id = ?", id);
  }

  plan(accountId: string): Plan | undefined {
    const sql =
      "SELECT plans.name, runs_per_month FROM plans JOIN accounts ON plan_id = plans.id WHERE accounts.id = ?";
    const row = this.database.get<{ name: string; runsPerMonth: number }>(sql, accountId);
    return row && { name: row.name, runs_per_month: row.runsPerMonth };
  }

  organizations(accountId: string): Organization[] {
    return this.database.all(
      `SELECT id, name, role FROM organizations JOIN memberships ON organization_id = id
       WHERE account_id = ? ORDER BY memberships.rowid`,
      accountId,
    );
  }

  /** Returns the projects of all of the account's organizations. */
  projects(accountId: string): Project[] {
    return this.database.all(
      `SELECT id, name FROM projects JOIN memberships USING (organization_id)
       WHERE account_id = ? ORDER BY projects.rowid`,
      accountId,
    );
  }

  /** Returns an account's runs in a month, such as `2024-01`. */
  runs(accountId: string, month: string): number {
    const sql = "SELECT runs FROM usage WHERE account_id = ? AND month = ?";
    return this.database.get<{ runs: number }>(sql, accountId, month)?.runs ?? 0;
  }
}
