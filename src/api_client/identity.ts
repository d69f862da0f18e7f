/**
 * Whom a key belongs to and what it allows: the response to `GET /api/auth/me`.
 *
 * @module
 */
import { count, flag, listOf, object, optional, type Reader, text, time } from "./fields.ts";

/** A person or a machine with an account. */
export interface Account {
  readonly id: string | null;
  readonly email: string | null;
}

/** An organization of the account; `role` as the platform names it. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly role: string | null;
}

/** A project that the key can access. */
export interface Project {
  readonly id: string;
  readonly name: string;
}

/** The key in use; `null` for what the platform doesn't say. */
export interface KeyInfo {
  readonly id: string | null;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | "never" | null;
  /** All projects, or the ids of some. */
  readonly scopes: "all_projects" | readonly string[] | null;
  readonly permissions: readonly string[] | null;
}

/** What the platform says about the caller; `null` for what it doesn't say. */
export interface Identity {
  readonly account: Account | null;
  readonly organizations: readonly Organization[] | null;
  readonly projects: readonly Project[] | null;
  readonly key: KeyInfo | null;
  readonly apiAccess: boolean | null;
  readonly plan: { readonly name: string; readonly runsPerMonth: number | null } | null;
  readonly runsThisMonth: number | null;
}

/** The identity when the platform can't be asked. */
export const UNKNOWN_IDENTITY: Identity = {
  account: null,
  organizations: null,
  projects: null,
  key: null,
  apiAccess: null,
  plan: null,
  runsThisMonth: null,
};

const keyFields = object({
  id: optional(text),
  created_at: optional(time),
  expires_at: (value, at): KeyInfo["expiresAt"] => value === null ? "never" : optional(time)(value, at),
  scopes: optional<"all_projects" | string[]>((value, at) =>
    value === "all_projects" ? value : listOf(text)(value, at)
  ),
  permissions: optional(listOf(text)),
});

/** Reads a key as the contract shows it. */
export const keyInfo: Reader<KeyInfo> = (value, at) => {
  const { id, created_at: createdAt, expires_at: expiresAt, scopes, permissions } = keyFields(value, at);
  return { id, createdAt, expiresAt, scopes, permissions };
};

export const organizations = listOf(object<Organization>({ id: text, name: text, role: optional(text) }));
export const projects = listOf(object<Project>({ id: text, name: text }));
const me = object({
  // Required: not every server that responds with some object is a platform that has accepted the key.
  account: object<Account>({ id: optional(text), email: optional(text) }),
  organizations: optional(organizations),
  projects: optional(projects),
  api_key: optional(keyInfo),
  api_access: optional(flag),
  plan: optional(object({ name: text, runs_per_month: optional(count) })),
  usage: optional(object({ runs_this_month: optional(count) })),
});

/** Reads the response to `GET /api/auth/me`. Missing fields are unknown. */
export const identity: Reader<Identity> = (value, at) => {
  const { api_key: key, api_access: apiAccess, plan, usage, ...rest } = me(value, at);
  return {
    ...rest,
    key,
    apiAccess,
    plan: plan && { name: plan.name, runsPerMonth: plan.runs_per_month },
    runsThisMonth: usage && usage.runs_this_month,
  };
};
