import { planLogin } from "../../auth/log_in.ts";
import { type CreatedKey, createKey, keyAccess } from "../../auth/manage_keys.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { createdJson, createdText } from "../../output/api_keys.ts";
import { warnOfLogin } from "../auth/warn_of_login.ts";
import type { JsonOptions } from "../command.ts";
import { credentialOf, invocation } from "../invocation.ts";
import { parseLifetime, promptsFor } from "../values.ts";
import { askForKey, type KeyFlags } from "./ask_for_key.ts";

interface CreateOptions extends JsonOptions, KeyFlags {
  readonly save?: boolean;
}

/** Runs `fluxloop apikeys create`. */
export async function runCreate(context: Context, options: CreateOptions): Promise<void> {
  const { reporter, requests } = invocation(context, options);
  const { save, profile, json, ...others } = options;
  const prompts = options.name === undefined
    ? await promptsFor(context, options, "Can't prompt for the key's name without a terminal. Pass --name <name>.")
    : null;
  if (save && profile === undefined) throw new UsageError("--save requires --profile <name>");
  // Checked before any question is asked.
  parseLifetime(options.expires, "--expires");

  // With --save, --profile names the new key's profile, not the credential's.
  const own = { ...(save ? others : options), requests };
  const credential = await credentialOf(context, reporter, own, { changes: true });
  const plan = save
    ? await planLogin(context, { profile, apiUrl: credential.apiUrl.href, save: true, requests })
    : null;
  const { name = "", scope, permission, environment, expires } = prompts === null
    ? options
    : await askForKey(prompts, options, await keyAccess(context, credential));
  const expiresIn = parseLifetime(expires, "--expires");
  const request = { name, projects: scope, permissions: permission, environment, expiresIn };
  const show = (created: CreatedKey) => {
    if (!json && !options.quiet) context.stderr.write(createdText(created));
    if (created.login !== null) reporter.data(() => "", () => createdJson(created));
    else reporter.deliver(() => `${created.key}\n`, () => createdJson(created));
  };
  const created = await createKey(context, credential, request, plan, show);
  if (created.login !== null) warnOfLogin(context, reporter, created.login);
}
