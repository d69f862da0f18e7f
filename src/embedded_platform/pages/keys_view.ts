/**
 * The page with the API keys, and those that ask before a key is replaced or deleted.
 *
 * @module
 */
import { PERMISSIONS } from "../../api_client/key_terms.ts";
import { printable } from "../../text/printable.ts";
import type { ApiKey } from "../api_keys.ts";
import { requireManaged } from "../key_policy.ts";
import { pendingLogins } from "../logins.ts";
import { DEFAULT_PERMISSIONS, PROJECTS } from "../seed.ts";
import { after, DAY } from "../time.ts";
import { cardPage, errorText, form, page, PATHS, textField } from "./layout.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import type { SignedInCall } from "./sessions.ts";

/** The lifetimes to choose from. */
export const LIFETIMES = [
  { value: "30d", label: "30 days", seconds: 30 * DAY },
  { value: "90d", label: "90 days (recommended)", seconds: 90 * DAY },
  { value: "1y", label: "1 year", seconds: 365 * DAY },
  { value: "never", label: "Never", seconds: null },
] as const;

const ENVIRONMENTS = [
  { value: "dev", label: "Development (flux_dev_)" },
  { value: "stg", label: "Staging (flux_stg_)" },
  { value: "prod", label: "Production (flux_prod_)" },
  { value: "ci", label: "Continuous integration (flux_ci_)" },
];

/** The choices in a new form. */
const DEFAULTS = new URLSearchParams([
  ["environment", "dev"],
  ["expires", "90d"],
  ["access", "all"],
  ...DEFAULT_PERMISSIONS.map((it) => ["permissions", it]),
]);

/**
 * Returns the page with all keys and a form to create one.
 *
 * @param errors The errors of a submitted form by field.
 */
export function keysPage(call: SignedInCall, errors?: Readonly<Record<string, string>>): Response {
  const { platform, session } = call;
  const newKeys = session.newKeys.splice(0);
  const keys = platform.storage.apiKeys.list();
  const waiting = pendingLogins(platform).length;
  const programs = waiting === 1 ? "A program is waiting" : `${waiting} programs are waiting`;
  const body = markup`<h1>API keys</h1>
<p class="lead">The command line and CI jobs use a key to act on your behalf. It is shown once, when it is created; only
its hash is stored.</p>
${
    waiting > 0 && markup`<div class="hint"><p>${programs} for your approval:
<a href="${PATHS.connect}">enter the code it shows</a>.</p></div>`
  }
${
    newKeys.map(({ key, name }, index) =>
      markup`<div class="notice" role="status">
<p><label for="new-key-${index}">Key “${printable(name)}”: copy it now. It isn’t shown again.</label></p>
<input class="secret code" id="new-key-${index}" type="text" readonly value="${key}" autocomplete="off" spellcheck="false">
<p>Then run: <code>fluxloop auth login --api-url ${platform.url}</code></p></div>`
    )
  }
${errors && markup`<div class="problem" role="alert"><p>The key wasn’t created: see the form below.</p></div>`}
<section class="card" aria-labelledby="your-keys"><h2 id="your-keys">Your keys</h2>
${
    keys.length === 0
      ? markup`<p>There are no keys yet. Create the first one below.</p>`
      : markup`<ul class="keys">${keys.map((it) => keyItem(it, keys, platform.now()))}</ul>`
  }</section>
<section class="card" aria-labelledby="new-key"><h2 id="new-key">Create a key</h2>${
    createForm(call, errors)
  }</section>`;
  return page({ title: "API keys", body, session, path: PATHS.keys, status: errors ? 422 : 200 });
}

function keyItem(key: ApiKey, keys: readonly ApiKey[], now: string): Markup {
  const name = printable(key.name);
  const scopes = key.scopes === "all_projects"
    ? "All projects"
    : key.scopes.map((id) => PROJECTS.find((it) => it.id === id)?.name ?? id).join(", ");
  const creator = keys.find((it) => it.id === key.created_by)?.name ?? key.created_by;
  const fact = (label: string, value: Part, attributes: Part = null) =>
    markup`<div${attributes}><dt>${label}</dt><dd>${value}</dd></div>`;
  const wide = markup` class="wide"`;
  const action = (action: "regenerate" | "delete", label: string, classes: string) =>
    markup`<a class="button quiet small${classes}" href="${PATHS.keys}/${key.id}/${action}">${label}<span
class="unseen"> ${name}</span></a>`;
  return markup`<li class="key"><div>
<div class="key-name"><h3>${name}</h3><code>${key.prefix}…</code>${badge(key, now)}</div>
<dl class="facts">
${fact("Created", time(key.created_at, 10))}
${fact("Expires", time(key.expires_at, 10))}
${fact("Last used", time(key.last_used_at, 16))}
${creator !== null && fact("Created by the key", printable(creator))}
${fact("Project access", scopes, wide)}
${fact("Permissions", key.permissions.join(", ") || "None", wide)}
</dl></div>
<div class="actions">${action("regenerate", "Regenerate", "")}${action("delete", "Delete", " danger")}</div></li>`;
}

function badge({ expires_at }: ApiKey, now: string): Part {
  if (expires_at === null) return null;
  if (expires_at <= now) return markup`<span class="badge bad">Expired</span>`;
  return expires_at <= after(now, 14 * DAY) && markup`<span class="badge">Expires soon</span>`;
}

/** The day of a time (10 characters), or its minute (16). */
function time(text: string | null, length: 10 | 16): Part {
  if (text === null) return "Never";
  const shown = text.slice(0, length).replace("T", " ");
  return markup`<time datetime="${length === 10 ? shown : text}">${shown}${length === 16 && " UTC"}</time>`;
}

function createForm({ session, form: submitted }: SignedInCall, rejected?: Readonly<Record<string, string>>): Markup {
  const fields = rejected === undefined ? DEFAULTS : submitted;
  const errors = rejected ?? {};
  const described = (name: string) => errors[name] && markup` aria-describedby="${name}-error"`;
  const choice = (type: "radio" | "checkbox", name: string, value: string, label: string, indent = "") => {
    const checked = fields.getAll(name).includes(value) && markup` checked`;
    return markup`<div class="choice${indent}">
<input type="${type}" id="${name}-${value}" name="${name}" value="${value}"${checked}>
<label for="${name}-${value}">${label}</label></div>`;
  };
  const select = (name: string, label: string, options: readonly { value: string; label: string }[]) =>
    markup`<div class="field"><label for="${name}">${label}</label>
<select id="${name}" name="${name}"${described(name)}>${
      options.map((it) =>
        markup`<option value="${it.value}"${it.value === fields.get(name) && markup` selected`}>${it.label}</option>`
      )
    }</select>${errorText(name, errors[name])}</div>`;
  return form(
    session,
    PATHS.keys,
    markup`${textField("name", "Name", markup` value="${fields.get("name")}" maxlength="100"`, errors.name)}
<div class="pair">${select("environment", "Environment", ENVIRONMENTS)}${
      select("expires", "Expires after", LIFETIMES)
    }</div>
<fieldset${described("scopes")}><legend>Project access</legend>
${choice("radio", "access", "all", "All projects")}
${choice("radio", "access", "some", "Only these projects:")}
${PROJECTS.map((it) => choice("checkbox", "scopes", it.id, it.name, " indent"))}
${errorText("scopes", errors.scopes)}</fieldset>
<fieldset${described("permissions")}><legend>Permissions</legend>
${PERMISSIONS.map((it) => choice("checkbox", "permissions", it, it))}
${errorText("permissions", errors.permissions)}</fieldset>
<button>Create key</button>`,
  );
}

/** Returns the page that asks before a key is replaced. */
export function regeneratePage(call: SignedInCall): Response {
  return confirmPage(call, "Regenerate", (prefix) =>
    markup`
<p>A new key with the same name, project access and permissions is created and shown once. The key
<code>${prefix}…</code> stops working at once, for everybody who has it.</p>`);
}

/** Returns the page that asks for a key's name before deleting it. */
export function deletePage(call: SignedInCall, error?: string): Response {
  return confirmPage(call, "Delete", (prefix) =>
    markup`
<p>The key <code>${prefix}…</code> stops working at once, for everybody who has it. This can’t be undone.</p>
${textField("name", "Type the key’s name to delete it", markup` autofocus`, error)}`, error ? 422 : 200);
}

function confirmPage(
  { platform, session, params, url }: SignedInCall,
  verb: "Regenerate" | "Delete",
  content: (prefix: string) => Markup,
  status = 200,
): Response {
  const { name, prefix } = requireManaged(platform, null, params.id);
  const body = form(
    session,
    url.pathname,
    markup`${content(prefix)}
<div class="actions"><button${verb === "Delete" && markup` class="danger"`}>${verb} key</button>
<a class="button quiet" href="${PATHS.keys}">Cancel</a></div>`,
  );
  return cardPage({ title: `${verb} a key`, heading: `${verb} “${printable(name)}”?`, body, session, status });
}
