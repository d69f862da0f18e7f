/**
 * Handles the forms at `/settings/api-keys`.
 *
 * @module
 */
import { printable } from "../../text/printable.ts";
import { HttpError, invalid, requireValid, type Schemas } from "../http.ts";
import { createKey, deleteKey, regenerateKey, requireManaged } from "../key_policy.ts";
import { deletePage, keysPage, LIFETIMES } from "./keys_view.ts";
import { PATHS, redirect } from "./layout.ts";
import type { SignedInCall } from "./sessions.ts";

/** Creates a key. The next page shows it, so that reloading it doesn't create another one. */
export function addKey(call: SignedInCall): Response {
  const { platform, session, form } = call;
  try {
    session.newKeys.push(createKey(platform, null, requestOf(form), null));
    return redirect(PATHS.keys);
  } catch (error) {
    if (!(error instanceof HttpError) || typeof error.body.detail === "string") throw error;
    const errors = error.body.detail.map(({ loc, msg }) => [loc[1] === "expires_in" ? "expires" : loc[1], msg]);
    return keysPage(call, Object.fromEntries(errors));
  }
}

/** Replaces a key with a similar one. */
export function regenerate({ platform, session, params }: SignedInCall): Response {
  session.newKeys.push(regenerateKey(platform, params.id));
  return redirect(PATHS.keys);
}

/** Deletes a key if its name was typed correctly. */
export function remove(call: SignedInCall): Response {
  const { platform, session, params, form } = call;
  const { id, name } = requireManaged(platform, null, params.id);
  if (form.get("name")?.trim() !== name.trim()) {
    return deletePage(call, "This isn’t the key’s name; nothing was deleted.");
  }
  deleteKey(platform, null, id);
  session.notice = `The key “${printable(name)}” was deleted.`;
  return redirect(PATHS.keys);
}

function requestOf(form: URLSearchParams): Schemas["NewApiKey"] {
  const scopes = form.get("access") === "some" ? form.getAll("scopes") : "all_projects";
  if (scopes.length === 0) throw invalid({ loc: ["body", "scopes"], msg: "Choose at least one project" });
  const lifetime = LIFETIMES.find((it) => it.value === form.get("expires"));
  if (lifetime === undefined) throw invalid({ loc: ["body", "expires_in"], msg: "Choose one of the lifetimes" });
  return requireValid({
    name: form.get("name")?.trim(),
    environment: form.get("environment"),
    permissions: form.getAll("permissions"),
    scopes,
    expires_in: lifetime.seconds,
  }, "/components/schemas/NewApiKey");
}
