/**
 * `fluxloop apikeys create` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { parseLifetime } from "../span.ts";
import { askForKey, type KeyFlags } from "./ask_for_key.ts";

interface CreateFlags extends GlobalOptions, KeyFlags {
  readonly save?: boolean;
}

/** @param context The outside world. */
export function createCommand(context: Context) {
  const command = new Command()
    .description(
      "Make an API key. It is shown once, alone on standard output, or saved with --save and not shown at all.\n\n" +
        "What is not named is as the key has it that this is done with; it makes none that may do more than it does.",
    )
    .option("--name <name:string>", "What people know the key by. (On a terminal it is asked for, with the rest)")
    .option("--scope <project:string>", "Project that it reaches, by id or name; once for each.", { collect: true })
    .option("--permission <permission:string>", "What it may do, such as upload_results; once for each.", {
      collect: true,
    })
    .option("--environment <kind:string>", "What it is for: dev, stg, prod or ci. (Default: dev)")
    .option("--expires <span:string>", "When it ends, such as 30d, 90d, 1y or never.")
    .option("--save", "Save it to the profile that --profile names, instead of showing it.")
    .option("--json", "Output in JSON format.")
    .example("Be asked for each thing", "fluxloop apikeys create")
    .example("For a CI job", "fluxloop apikeys create --name CI --environment ci --permission upload_results")
    .example("For a profile of its own", "fluxloop apikeys create --name laptop --expires 30d --save --profile laptop")
    .action((options) => create(context, options as unknown as CreateFlags));
  return withKeyVariables(command);
}

async function create(context: Context, options: CreateFlags): Promise<void> {
  const { abandonedWarning, createdJson, createdText, keyReach, makeKey, planLogin, resolveCredential } = await import(
    "./work.ts"
  );
  const console = consoleFor(context, options);
  const { requests } = console;
  const { save } = options;
  const isAsked = options.name === undefined;
  if (isAsked && (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal())) {
    throw new UsageError("A key needs a name, and there is nobody to ask for one: --name <name>");
  }
  if (save && options.profile === undefined) {
    throw new UsageError("--save takes the profile to save to: --profile <name>");
  }
  // What is wrong on the command line is told before anything is asked.
  lifetimeOf(options.expires);

  // With --save, --profile names where the new key goes, and not the one that makes it.
  const { profile: _, ...others } = options;
  const keepsProcesses = save;
  const credential = await resolveCredential(context, save ? others : options, { requests, keepsProcesses });
  const target = { profile: options.profile, apiUrl: credential.apiUrl.href, save: true };
  const plan = save ? await planLogin(context, target) : null;
  const { name = "", scope, permission, environment, expires } = isAsked
    ? await askForKey(context, options, await keyReach(context, credential, requests), console.style.colour)
    : options;
  const expiresIn = lifetimeOf(expires);
  const request = { name, projects: scope, permissions: permission, environment, expiresIn };
  const created = await makeKey(context, credential, request, plan, requests);

  if (!options.json && !options.quiet) context.stderr.write(createdText(created));
  console.data(() => created.login === null ? `${created.key}\n` : "", () => createdJson(created));
  if (created.login !== null && created.login.abandoned !== null) {
    console.warn(abandonedWarning(created.login.abandoned));
  }
}
/** @returns Seconds; `null` for a key that does not expire, `undefined` where nothing is said. */
function lifetimeOf(text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : parseLifetime(text, "--expires");
}
