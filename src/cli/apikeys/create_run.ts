/**
 * What `fluxloop apikeys create` does.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { JsonOptions } from "../command.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { parseLifetime } from "../span.ts";
import { askForKey, type KeyFlags } from "./ask_for_key.ts";
import { warnOfLogin } from "../auth/warn_of_login.ts";
import { createdJson, createdText } from "../../output/api_keys.ts";
import { type CreatedKey, keyAccess, makeKey } from "../../auth/manage_keys.ts";
import { planLogin } from "../../auth/log_in.ts";
import { credentialOf } from "../credential.ts";

/** The command's options. */
export interface CreateOptions extends JsonOptions, KeyFlags {
  readonly save?: boolean;
}

/** Runs the command. */
export async function runCreate(context: Context, options: CreateOptions): Promise<void> {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);
  const { save } = options;
  const isAsked = options.name === undefined;
  if (isAsked && (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal())) {
    throw new UsageError("Can't prompt for the key's name without a terminal. Pass --name <name>.");
  }
  if (save && options.profile === undefined) {
    throw new UsageError("--save needs a profile to save to: --profile <name>");
  }
  // What is wrong on the command line is told before anything is asked.
  lifetimeOf(options.expires);

  // With --save, --profile names where the new key goes, and not the one that makes it.
  const { profile: _, ...others } = options;
  const credential = await credentialOf(context, reporter, save ? others : options, { requests, changes: true });
  const target = { profile: options.profile, apiUrl: credential.apiUrl.href, save: true };
  const plan = save ? await planLogin(context, target) : null;
  const { name = "", scope, permission, environment, expires } = isAsked
    ? await askForKey(context, options, await keyAccess(context, credential, requests), reporter.style.colour)
    : options;
  const expiresIn = lifetimeOf(expires);
  const request = { name, projects: scope, permissions: permission, environment, expiresIn };
  const show = (created: CreatedKey) => {
    if (!options.json && !options.quiet) context.stderr.write(createdText(created));
    if (created.login !== null) reporter.data(() => "", () => createdJson(created));
    else reporter.deliver(() => `${created.key}\n`, () => createdJson(created));
  };
  const created = await makeKey(context, credential, request, plan, show, requests);
  if (created.login !== null) warnOfLogin(reporter, created.login);
}

/** @returns Seconds; `null` for a key that does not expire, `undefined` where nothing is said. */
function lifetimeOf(text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : parseLifetime(text, "--expires");
}
