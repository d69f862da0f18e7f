/**
 * What people do with API keys at `/settings/api-keys`.
 *
 * @module
 */
import { Refusal } from "../answers.ts";
import type { ApiKey } from "../api_keys.ts";
import type { CreateKeyRequest, FieldError } from "../contract.ts";
import { printable } from "../../text/printable.ts";
import { createKey, deleteKey, managedKeys, regenerateKey, requireManaged } from "../key_policy.ts";
import { invalid, requireValid } from "../request_body.ts";
import { page, redirect } from "./answer.ts";
import type { SignedInCall } from "./call.ts";
import type { Form } from "./form.ts";
import { deletePage, keysPage, LIFETIMES, type RefusedForm, regeneratePage } from "./keys_view.ts";
import { PATHS } from "./layout.ts";

/** The list, and what the page before has to say. */
export function showKeys(call: SignedInCall): Response {
  const { session, isLookingAhead } = call;
  const { newKeys, notice } = session;
  const document = keysPage({ ...contentOf(call), newKeys: isLookingAhead ? [] : newKeys, notice, refused: null });
  if (!isLookingAhead) {
    session.newKeys = [];
    session.notice = null;
  }
  return page(200, document);
}

/** Makes a key, which the next page shows once: a page that is loaded again makes no second one. */
export function addKey(call: SignedInCall): Response {
  const { platform, session, form } = call;
  try {
    const { apiKey, key } = createKey(platform, callerOf(call), requestOf(form), null);
    session.newKeys = [...session.newKeys, { key, name: apiKey.name }];
    return redirect(PATHS.keys);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 422) throw error;
    const refused: RefusedForm = { form, errors: errorsOf(error) };
    return page(422, keysPage({ ...contentOf(call), newKeys: [], notice: null, refused }));
  }
}

/** Asks whether a key is to be replaced. */
export function askRegenerate(call: SignedInCall): Response {
  return page(200, regeneratePage(call.session, keyOf(call)));
}

/** Replaces a key by one like it. */
export function regenerate(call: SignedInCall): Response {
  const { apiKey, key } = regenerateKey(call.platform, callerOf(call), call.params.id);
  call.session.newKeys = [...call.session.newKeys, { key, name: apiKey.name }];
  return redirect(PATHS.keys);
}

/** Asks whether a key is to be deleted. */
export function askDelete(call: SignedInCall): Response {
  return page(200, deletePage(call.session, keyOf(call), false));
}

/** Deletes a key whose name was typed. */
export function remove(call: SignedInCall): Response {
  const key = keyOf(call);
  // What is typed has lost the blanks at its ends, and its line breaks, on the way.
  if (call.form.get("name").trim() !== key.name.trim()) return page(422, deletePage(call.session, key, true));
  deleteKey(call.platform, callerOf(call), key.id);
  call.session.notice = `The key “${printable(key.name)}” is deleted.`;
  return redirect(PATHS.keys);
}

function contentOf({ platform, session }: SignedInCall) {
  const { storage } = platform;
  const now = platform.now();
  return {
    url: platform.url,
    session,
    now,
    keys: managedKeys(platform, { accountId: session.accountId, apiKey: null }),
    projects: storage.accounts.projects(session.accountId),
    waiting: storage.deviceLogins.waiting(now),
  };
}

function callerOf({ session }: SignedInCall) {
  return { accountId: session.accountId, apiKey: null };
}

function keyOf(call: SignedInCall): ApiKey {
  return requireManaged(call.platform, callerOf(call), call.params.id);
}

function requestOf(form: Form): CreateKeyRequest {
  const scopes = form.get("access") === "some" ? form.all("scopes") : "all_projects";
  if (scopes.length === 0) throw invalid([{ loc: ["body", "scopes"], msg: "Choose at least one project" }]);
  const lifetime = LIFETIMES.find((it) => it.value === form.get("expires"));
  if (lifetime === undefined) throw invalid([{ loc: ["body", "expires_in"], msg: "Choose one of the lifetimes" }]);
  return requireValid({
    name: form.get("name").trim(),
    environment: form.get("environment"),
    permissions: form.all("permissions"),
    scopes,
    expires_in: lifetime.seconds,
  }, "/components/schemas/NewApiKey");
}

function errorsOf({ body }: Refusal): Record<string, string> {
  const fields = body.detail as readonly FieldError[];
  return Object.fromEntries(fields.map(({ loc, msg }) => [loc[1] === "expires_in" ? "expires" : String(loc[1]), msg]));
}
