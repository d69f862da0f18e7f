/**
 * The owner and the permissions of a key: the response to `GET /api/auth/me`.
 *
 * @module
 */
import { count, flag, listOf, object, optional, type Reader, text, time } from "./fields.ts";

/** Reads the contract's description of a key. */
export const keyInfo = object({
  id: optional(text),
  created_at: optional(time),
  expires_at: (value, at): Date | "never" | null => value === null ? "never" : optional(time)(value, at),
  /** All projects, or a list of ids. */
  scopes: optional((value, at): "all_projects" | readonly string[] =>
    value === "all_projects" ? value : listOf(text)(value, at)
  ),
  permissions: optional(listOf(text)),
});
/** A key's description; unknown fields are `null`. */
export type KeyInfo = ReturnType<typeof keyInfo>;

const organization = object({ id: text, name: text, role: optional(text) });
/** An organization of the account, with the account's role in it. */
export type Organization = ReturnType<typeof organization>;

const project = object({ id: text, name: text });
/** A project that the key can access. */
export type Project = ReturnType<typeof project>;

export const organizations = listOf(organization);
export const projects = listOf(project);
const me = object({
  // Required: a server that isn't a FluxLoop platform may respond with an object, too.
  account: object({ id: optional(text), email: optional(text) }),
  organizations: optional(organizations),
  projects: optional(projects),
  api_key: optional(keyInfo),
  api_access: optional(flag),
  plan: optional(object({ name: text, runs_per_month: optional(count) })),
  usage: optional(object({ runs_this_month: optional(count) })),
});

/** What the platform says about the caller and the key in use; unknown fields are `null`. */
export type Identity = Nullable<Omit<ReturnType<typeof me>, "apiKey" | "usage">> & {
  readonly key: KeyInfo | null;
  readonly runsThisMonth: number | null;
};
type Nullable<T> = { readonly [Name in keyof T]: T[Name] | null };

/** The identity when the platform can't be reached. */
export const UNKNOWN_IDENTITY: Identity = {
  account: null,
  organizations: null,
  projects: null,
  key: null,
  apiAccess: null,
  plan: null,
  runsThisMonth: null,
};

/** Reads the response to `GET /api/auth/me`. */
export const identity: Reader<Identity> = (value, at) => {
  const { apiKey: key, usage, ...rest } = me(value, at);
  return { ...rest, key, runsThisMonth: usage && usage.runsThisMonth };
};
