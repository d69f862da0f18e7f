/**
 * Whom a key belongs to and what it allows: the response to `GET /api/auth/me`.
 *
 * @module
 */
import { count, flag, listOf, object, optional, type Reader, text, time } from "./fields.ts";

/** Reads a key as the contract shows it. */
export const keyInfo = object({
  id: optional(text),
  created_at: optional(time),
  expires_at: (value, at): Date | "never" | null => value === null ? "never" : optional(time)(value, at),
  /** All projects, or the ids of some. */
  scopes: optional((value, at): "all_projects" | readonly string[] =>
    value === "all_projects" ? value : listOf(text)(value, at)
  ),
  permissions: optional(listOf(text)),
});
/** A key; `null` for what the platform doesn't say. */
export type KeyInfo = ReturnType<typeof keyInfo>;

const organization = object({ id: text, name: text, role: optional(text) });
/** An organization of the account; `role` as the platform names it. */
export type Organization = ReturnType<typeof organization>;

const project = object({ id: text, name: text });
/** A project that the key can access. */
export type Project = ReturnType<typeof project>;

export const organizations = listOf(organization);
export const projects = listOf(project);
const me = object({
  // Required: not every server that responds with some object is a platform that has accepted the key.
  account: object({ id: optional(text), email: optional(text) }),
  organizations: optional(organizations),
  projects: optional(projects),
  api_key: optional(keyInfo),
  api_access: optional(flag),
  plan: optional(object({ name: text, runs_per_month: optional(count) })),
  usage: optional(object({ runs_this_month: optional(count) })),
});

/** What the platform says about the caller and the key in use; `null` for what it doesn't say. */
export type Identity = Nullable<Omit<ReturnType<typeof me>, "apiKey" | "usage">> & {
  readonly key: KeyInfo | null;
  readonly runsThisMonth: number | null;
};
type Nullable<T> = { readonly [Name in keyof T]: T[Name] | null };

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

/** Reads the response to `GET /api/auth/me`. Missing fields are unknown. */
export const identity: Reader<Identity> = (value, at) => {
  const { apiKey: key, usage, ...rest } = me(value, at);
  return { ...rest, key, runsThisMonth: usage && usage.runsThisMonth };
};
