/**
 * The page of the API keys, and the two that ask before a key is replaced or deleted.
 *
 * @module
 */
import type { ApiKey } from "../api_keys.ts";
import type { Project } from "../contract.ts";
import { printable } from "../../text/printable.ts";
import { PERMISSIONS } from "../../api_client/key_terms.ts";
import { Form } from "./form.ts";
import { type Html, html, type Part } from "./html.ts";
import { formToken, layout, noticeBox, PATHS } from "./layout.ts";
import type { NewKey, PageSession } from "./page_sessions.ts";

/** How long a key may live, as a form offers it: its value, its label, and seconds. */
export const LIFETIMES = [
  { value: "30d", label: "30 days", seconds: 30 * 86_400 },
  { value: "90d", label: "90 days (recommended)", seconds: 90 * 86_400 },
  { value: "1y", label: "1 year", seconds: 365 * 86_400 },
  { value: "never", label: "Never", seconds: null },
] as const;

const ENVIRONMENTS = [
  { value: "dev", label: "Development (flux_dev_)" },
  { value: "stg", label: "Staging (flux_stg_)" },
  { value: "prod", label: "Production (flux_prod_)" },
  { value: "ci", label: "Continuous integration (flux_ci_)" },
];

/** A form as it was at first: what it offers and chooses. */
const FRESH = new Form(
  new URLSearchParams([
    ["environment", "dev"],
    ["expires", "90d"],
    ["access", "all"],
    ...PERMISSIONS.slice(0, 3).map((it) => ["permissions", it]),
  ]),
);

/** A form that was sent and cannot be taken, and why: a sentence for each field. */
export interface RefusedForm {
  readonly form: Form;
  readonly errors: Readonly<Record<string, string>>;
}

/** What the page of the keys shows. */
export interface KeysPage {
  /** The API URL of this platform. */
  readonly url: string;
  readonly session: PageSession;
  readonly keys: readonly ApiKey[];
  readonly projects: readonly Project[];
  readonly now: Date;
  /** How many logins wait for somebody to decide. */
  readonly waiting: number;
  readonly newKeys: readonly NewKey[];
  readonly notice: string | null;
  readonly refused: RefusedForm | null;
}

/** @returns The page with all keys and the form for another one. */
export function keysPage(content: KeysPage): Html {
  const { url, session, keys, waiting, newKeys, notice, refused } = content;
  const list = keys.length === 0
    ? html`<p>There are no keys yet. Create the first one below.</p>`
    : html`<ul class="keys">${keys.map((it) => keyItem(it, content))}</ul>`;
  const body = html`<h1>API keys</h1>
<p class="lead">A key lets the command line and CI jobs act on your behalf. It is shown once, when it is created; only
its hash is stored.</p>
${waiting > 0 && waitingHint(waiting)}
${notice !== null && noticeBox(notice)}
${newKeys.map((it, index) => newKeyBox(it, index, url))}
${
    refused && html`
      <div class="problem" role="alert">
        <p>The key wasn’t created: see the form below.</p>
      </div>
    `
  }
<section class="card" aria-labelledby="your-keys"><h2 id="your-keys">Your keys</h2>${list}</section>
<section class="card" aria-labelledby="new-key"><h2 id="new-key">Create a key</h2>${createForm(content)}</section>`;
  return layout({ title: "API keys", body, session, place: PATHS.keys });
}

function waitingHint(waiting: number): Html {
  const what = waiting === 1 ? "A program is waiting" : `${waiting} programs are waiting`;
  return html`
    <div class="hint">
      <p>${what} for your approval: <a href="${PATHS.connect}">enter the code it shows</a>.</p>
    </div>
  `;
}

function newKeyBox({ key, name }: NewKey, index: number, url: string): Html {
  const id = `made-key-${index}`;
  return html`
    <div class="notice" role="status">
      <p><label for="${id}">Key “${printable(name)}”: copy it now. It isn’t shown again.</label></p>
      <input class="secret code" id="${id}" type="text" readonly value="${key}" autocomplete="off"
        spellcheck="false">
      <p>Then run: <code>fluxloop auth login --api-url ${url}</code></p>
    </div>
  `;
}

function keyItem(key: ApiKey, { now, projects, keys }: KeysPage): Html {
  const scopes = key.scopes === "all_projects"
    ? "All projects"
    : key.scopes.map((id) => nameOf(projects, id)).join(", ");
  const name = printable(key.name);
  const maker = key.createdBy === null ? null : keys.find((it) => it.id === key.createdBy)?.name ?? key.createdBy;
  const fact = (name: string, value: Part, isWide = false) =>
    html`
      <div${isWide && html`
        class="wide"
      `}>
        <dt>${name}</dt>
        <dd>${value}</dd>
        </div>
    `;
  return html`
    <li class="key">
      <div>
        <div class="key-name"><h3>${name}</h3><code>${key.prefix}…</code>${badge(key, now)}</div>
        <dl class="facts">
    ${fact("Created", day(key.createdAt))}
    ${fact("Expires", key.expiresAt === null ? "Never" : day(key.expiresAt))}
    ${fact("Last used", key.lastUsedAt === null ? "Never" : moment(key.lastUsedAt))}
    ${maker !== null && fact("Created by the key", printable(maker))}
    ${fact("Project access", scopes, true)}
    ${fact("Permissions", key.permissions.join(", ") || "None", true)}
        </dl>
      </div>
      <div class="actions">
        <a class="button quiet small" href="${actionPath(
          key,
          "regenerate",
        )}">Regenerate<span class="unseen"> ${name}</span></a>
        <a class="button quiet danger small" href="${actionPath(
          key,
          "delete",
        )}">Delete<span class="unseen"> ${name}</span></a>
      </div>
    </li>
  `;
}

function badge({ expiresAt }: ApiKey, now: Date): Html | null {
  const left = expiresAt === null ? Infinity : expiresAt.getTime() - now.getTime();
  if (left <= 0) return html`<span class="badge bad">Expired</span>`;
  return left <= 14 * 86_400_000 ? html`<span class="badge">Expires soon</span>` : null;
}

function createForm({ session, projects, refused }: KeysPage): Html {
  const { form, errors } = refused ?? { form: FRESH, errors: {} };
  const error = (field: string) =>
    errors[field] ? html`<span class="error" id="${field}-error">${errors[field]}</span>` : null;
  const described = (field: string) =>
    errors[field]
      ? html`
        aria-describedby="${field}-error"
      `
      : null;
  const choice = (type: "radio" | "checkbox", name: string, value: string, label: string, isIndented = false) => {
    const id = `${name}-${value}`;
    const checked = form.all(name).includes(value) && html`
      checked
    `;
    return html`
      <div
        class="choice${isIndented &&
          " indent"}"><input type="${type}" id="${id}" name="${name}" value="${value}"${checked}><label for="${id}">${label}</label></div>
    `;
  };
  const select = (name: string, label: string, options: readonly { value: string; label: string }[]) =>
    html`
      <div
        class="field"><label for="${name}">${label}</label><select id="${name}" name="${name}"${described(
          name,
        )}>${options.map((it) =>
          html`
            <option value="${it.value}" ${it.value === form.get(name) && html`
              selected
            `}>${it.label}</option>
          `
        )}</select>${error(name)}</div>
    `;
  return html`<form method="post" action="${PATHS.keys}">${formToken(session)}
<div class="field"><label for="name">Name</label>
<input type="text" id="name" name="name" value="${form.get("name")}" maxlength="100" required autocomplete="off"${
    errors.name && html`
      aria-invalid="true"
    `
  }${described("name")}>${error("name")}</div>
<div class="pair">${select("environment", "Environment", ENVIRONMENTS)}${
    select("expires", "Expires after", LIFETIMES)
  }</div>
<fieldset${described("scopes")}><legend>Project access</legend>
${choice("radio", "access", "all", "All projects")}
${choice("radio", "access", "some", "Only these projects:")}
${projects.map((it) => choice("checkbox", "scopes", it.id, it.name, true))}
${error("scopes")}</fieldset>
<fieldset${described("permissions")}><legend>Permissions</legend>
${PERMISSIONS.map((it) => choice("checkbox", "permissions", it, it))}
${error("permissions")}</fieldset>
<button>Create key</button>
</form>`;
}

/** @returns The page that asks before a key is replaced by a new one. */
export function regeneratePage(session: PageSession, key: ApiKey): Html {
  const body = html`
    <div class="card">
      <h1>Regenerate “${printable(key.name)}”?</h1>
      <p>A new key with the same name, project access and permissions is created and shown once. The key <code>${key
        .prefix}…</code> stops
    working at once, for everybody who has it.</p>
      <form method="post" action="${actionPath(key, "regenerate")}">${formToken(session)}
    <div class="actions"><button>Regenerate key</button><a class="button quiet" href="${PATHS.keys}">Cancel</a></div>
      </form>
    </div>
  `;
  return layout({ title: "Regenerate a key", body, session, isNarrow: true });
}

/** @returns The page that has the key's name typed before it is deleted. */
export function deletePage(session: PageSession, key: ApiKey, isWrong: boolean): Html {
  const error = isWrong &&
    html`<span class="error" id="name-error">This isn’t the key’s name; nothing was deleted.</span>`;
  const body = html`
    <div class="card">
      <h1>Delete “${printable(key.name)}”?</h1>
      <p>The key <code>${key.prefix}…</code> stops working at once, for everybody who has it. This can’t be undone.</p>
      <form method="post" action="${actionPath(key, "delete")}">${formToken(session)}
    <div class="field"><label for="name">Type the key’s name to delete it</label>
    <input type="text" id="name" name="name" required autocomplete="off" autofocus${isWrong && html`
      aria-invalid="true" aria-describedby="name-error"
    `}>${error}</div>
    <div class="actions"><button class="danger">Delete key</button><a class="button quiet" href="${PATHS
      .keys}">Cancel</a></div>
      </form>
    </div>
  `;
  return layout({ title: "Delete a key", body, session, isNarrow: true });
}

function actionPath({ id }: ApiKey, action: "regenerate" | "delete"): string {
  return `${PATHS.keys}/${id}/${action}`;
}

function nameOf(projects: readonly Project[], id: string): string {
  return projects.find((it) => it.id === id)?.name ?? id;
}

function day(time: Date): Html {
  const text = time.toISOString().slice(0, 10);
  return html`<time datetime="${text}">${text}</time>`;
}

function moment(time: Date): Html {
  const text = time.toISOString();
  return html`<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 16)} UTC</time>`;
}
