/**
 * Who a key belongs to and what it may do: the platform's answer to `GET /api/auth/me`, read with care.
 *
 * @module
 */
import { PlatformError } from "../errors.ts";
import { isObject } from "./response.ts";
import type { components } from "./openapi_types.ts";

type Schemas = components["schemas"];
type Wire = Schemas["Me"];

/** A person or a machine with an account. */
export interface Account {
  readonly id: string | null;
  readonly email: string | null;
}

/** An organization that the account is in; `role` as the platform names it, known here or not. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly role: string | null;
}

/** A project that the key reaches. */
export type Project = Pick<Schemas["Project"], "id" | "name">;

/** The key in use. */
export interface KeyInfo {
  readonly id: string | null;
  readonly createdAt: Date | null;
  /** `null` where the platform does not tell. */
  readonly expiresAt: Date | "never" | null;
  /** Every project, or the ids of those that it reaches; `null` where the platform does not tell. */
  readonly scopes: "all_projects" | readonly string[] | null;
  /** `null` where the platform does not tell. */
  readonly permissions: readonly string[] | null;
}

/** All that the platform tells; `null` where it does not tell. */
export interface Identity {
  readonly account: Account | null;
  readonly organizations: readonly Organization[] | null;
  readonly projects: readonly Project[] | null;
  readonly key: KeyInfo | null;
  readonly apiAccess: boolean | null;
  readonly plan: { readonly name: string; readonly runsPerMonth: number | null } | null;
  readonly runsThisMonth: number | null;
}

/** What is known of somebody of whom the platform could not be asked. */
export const UNKNOWN_IDENTITY: Identity = {
  account: null,
  organizations: null,
  projects: null,
  key: null,
  apiAccess: null,
  plan: null,
  runsThisMonth: null,
};

/**
 * Reads the answer to `GET /api/auth/me`.
 *
 * @param body The JSON value. Fields that are missing are unknown, further ones are ignored.
 * @returns What it tells.
 * @throws {PlatformError} When a field is there and is of another type than the contract's, naming the field.
 */
export function identityOf(body: unknown): Identity {
  const me = objectAt(body, "its answer") as Partial<Record<keyof Wire, unknown>>;
  return {
    // Whatever answers with some object is not therefore a platform that has accepted the key.
    account: accountAt(me.account, "account"),
    organizations: optional(me.organizations, "organizations", listOf(organizationAt)),
    projects: optional(me.projects, "projects", listOf(projectAt)),
    key: optional(me.api_key, "api_key", keyInfoOf),
    apiAccess: optional(me.api_access, "api_access", booleanAt),
    plan: optional(me.plan, "plan", (value, at) => {
      const plan = objectAt(value, at);
      return {
        name: textAt(plan.name, `${at}.name`),
        runsPerMonth: optional(plan.runs_per_month, `${at}.runs_per_month`, countAt),
      };
    }),
    runsThisMonth: optional(
      me.usage,
      "usage",
      (value, at) => optional(objectAt(value, at).runs_this_month, `${at}.runs_this_month`, countAt),
    ),
  };
}

/**
 * What an older platform tells, which has no `/api/auth/me`: the lists alone.
 *
 * @param workspaces The answer to `GET /api/workspaces`: a list, or one under `workspaces`.
 * @param projects The answer to `GET /api/projects`: a list, or one under `projects`.
 * @throws {PlatformError} When either is something else.
 */
export function identityOfLists(workspaces: unknown, projects: unknown): Identity {
  return {
    ...UNKNOWN_IDENTITY,
    organizations: listOf(organizationAt)(unwrapped(workspaces, "workspaces"), "workspaces"),
    projects: listOf(projectAt)(unwrapped(projects, "projects"), "projects"),
  };
}

function accountAt(value: unknown, at: string): Account {
  const account = objectAt(value, at);
  return { id: optional(account.id, `${at}.id`, textAt), email: optional(account.email, `${at}.email`, textAt) };
}

function unwrapped(body: unknown, name: string): unknown {
  return isObject(body) ? body[name] : body;
}

function organizationAt(value: unknown, at: string): Organization {
  const organization = objectAt(value, at);
  return {
    id: textAt(organization.id, `${at}.id`),
    name: textAt(organization.name, `${at}.name`),
    role: optional(organization.role, `${at}.role`, textAt),
  };
}

function projectAt(value: unknown, at: string): Project {
  const project = objectAt(value, at);
  return { id: textAt(project.id, `${at}.id`), name: textAt(project.name, `${at}.name`) };
}

/**
 * @param value A key as the contract shows it.
 * @param at Where it stands, for messages.
 * @throws {PlatformError} When a field is there and is of another type than the contract's.
 */
export function keyInfoOf(value: unknown, at: string): KeyInfo {
  const key = objectAt(value, at);
  return {
    id: optional(key.id, `${at}.id`, textAt),
    createdAt: optional(key.created_at, `${at}.created_at`, timeAt),
    expiresAt: key.expires_at === null ? "never" : optional(key.expires_at, `${at}.expires_at`, timeAt),
    scopes: optional(
      key.scopes,
      `${at}.scopes`,
      (scopes, place) => scopes === "all_projects" ? scopes : listOf(textAt)(scopes, place),
    ),
    permissions: optional(key.permissions, `${at}.permissions`, listOf(textAt)),
  };
}

type Reader<T> = (value: unknown, at: string) => T;

function optional<T>(value: unknown, at: string, read: Reader<T>): T | null {
  return value === undefined || value === null ? null : read(value, at);
}

function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw unreadable(at, "a list");
    return value.map((item, index) => read(item, `${at}[${index}]`));
  };
}

function objectAt(value: unknown, at: string): Record<string, unknown> {
  if (!isObject(value)) throw unreadable(at, "an object");
  return value;
}

function textAt(value: unknown, at: string): string {
  if (typeof value !== "string") throw unreadable(at, "a text");
  return value;
}

function booleanAt(value: unknown, at: string): boolean {
  if (typeof value !== "boolean") throw unreadable(at, "true or false");
  return value;
}

function countAt(value: unknown, at: string): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) throw unreadable(at, "a number from 0 on");
  return value;
}

function timeAt(value: unknown, at: string): Date {
  const text = textAt(value, at);
  // The platform's times are in UTC; the runtime takes one that does not say so for a local one.
  const time = new Date(/T[\d:.,]+$/.test(text) ? `${text}Z` : text);
  // The runtime takes "banana 5" for a date, and the 30th of February for the 1st of March.
  const [day] = /^\d{4}-\d\d-\d\d(?=$|T)/.exec(text) ?? [];
  const isDay = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (!isDay || Number.isNaN(time.getTime())) throw unreadable(at, "a time");
  return time;
}

function unreadable(at: string, expected: string): PlatformError {
  return new PlatformError(`The platform's answer cannot be read: ${at} is not ${expected}`);
}
