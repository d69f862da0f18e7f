/**
 * `fluxloop auth login` (seed: "fluxloop auth login").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { LoginPlan } from "../../auth/log_in.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { type Console, consoleFor } from "../console.ts";
import type { WebLoginFlags } from "./web_login.ts";

interface LoginFlags extends WebLoginFlags {
  readonly apiKey?: string;
  readonly apiKeyStdin?: boolean;
  readonly save: boolean;
  readonly storage?: string;
  readonly web?: boolean;
}

/** The most that is read from standard input for a key, in bytes. */
const STDIN_LIMIT = 64 * 1024;

/** @param context The outside world. */
export function loginCommand(context: Context) {
  return new Command()
    .description(
      "Log in to the FluxLoop Web Platform using an API key, or through the browser with --web.\n\n" +
        "The key is verified with the platform before anything is saved. It is asked for, without echo, where none is\n" +
        "given and a terminal is there. A key given as an option can be seen by others on this machine and stays in\n" +
        "your shell's history; scripts do better with --api-key-stdin or FLUXLOOP_API_KEY.",
    )
    .option("--api-key <key:string>", "API key to use. (Default: ask for it)")
    .option("--api-key-stdin", "Read the API key from standard input.", { conflicts: ["api-key"] })
    .option("--web", "Log in through the browser: approve a code there instead of giving an API key.", {
      conflicts: ["api-key", "api-key-stdin"],
    })
    .option("--no-browser", "Show the page's address without opening it.")
    .option("--no-wait", "With --web: show page and code, and leave the rest to --resume.")
    .option("--resume", "Finish the login that --no-wait left behind.", { conflicts: ["api-key", "api-key-stdin"] })
    .option("--save", "Save the API key to the local credentials file.", { default: true })
    .option("--no-save", "Only verify the API key.")
    .option(
      "--storage <where:string>",
      "Where the key is kept: file, or keychain for the system's own store. (Default: file)",
    )
    .option("--json", "Write the result as JSON; asks nothing.")
    .env("FLUXLOOP_PROFILE=<name:string>", "Profile to save under when --profile is not given.")
    .env("FLUXLOOP_API_URL=<url:string>", "Platform to use when --api-url is not given.")
    .env("FLUXLOOP_TIMEOUT=<seconds:string>", "Longest time for a request when --timeout is not given.")
    .env("FLUXLOOP_CA_FILE=<path:string>", "Certificate authorities when --ca-file is not given.")
    .env("FLUXLOOP_STORAGE=<where:string>", "Where the key is kept when --storage is not given.")
    .env("BROWSER=<program:string>", "Browser to open the page with.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("Interactive login", "fluxloop auth login")
    .example("Through the browser", "fluxloop auth login --web")
    .example("On a machine without one", "fluxloop auth login --web --no-wait && fluxloop auth login --resume")
    .example("In a script", "fluxloop auth login --api-key-stdin < key.txt")
    .example("With the key in the system's keychain", "fluxloop auth login --storage keychain")
    .example("To a profile of its own", "fluxloop auth login --profile production")
    .action((options) => login(context, options as LoginFlags));
}

async function login(context: Context, options: LoginFlags): Promise<void> {
  const {
    abandonedWarning,
    gitWarning,
    leftBehindWarning,
    logIn,
    loginJson,
    loginText,
    overrideWarning,
    planLogin,
  } = await import("./work.ts");
  const console = consoleFor(context, options);

  checkWays(options);
  const isWeb = options.web === true || options.resume === true;
  const plan = await planLogin(context, { ...options, web: isWeb });
  const logInByKey = async () =>
    await logIn(context, plan, { apiKey: await keyFor(context, options, console) }, console.requests);
  const result = isWeb ? await webLogin(context, options, plan, console) : await logInByKey();
  if (result === null) return;

  console.result(() => loginText(result), () => loginJson(result));
  if (result.leftBehind !== null) console.warn(leftBehindWarning(result.leftBehind));
  if (result.abandoned !== null) console.warn(abandonedWarning(result.abandoned));
  if (result.exposure !== null) console.warn(gitWarning(result.exposure));
  if (result.savedTo !== null && result.overriddenBy !== null) console.warn(overrideWarning(result.overriddenBy));
}

function checkWays(options: LoginFlags): void {
  if (options.web && options.resume) {
    throw new UsageError("--web begins a login and --resume finishes one; give either");
  }
  if ((options.web || options.resume) && !options.save) {
    throw new UsageError("A login through the browser is there to be saved; --no-save goes with an API key");
  }
  if (!options.wait && !options.web) throw new UsageError("--no-wait goes with --web");
}

async function webLogin(context: Context, options: LoginFlags, plan: LoginPlan, console: Console) {
  const { logInThroughBrowser } = await import("./web_login.ts");
  return await logInThroughBrowser(context, options, plan, console);
}

async function keyFor(context: Context, options: LoginFlags, console: Console): Promise<string> {
  const { parseApiKey, WELCOME } = await import("./work.ts");
  if (options.apiKey !== undefined) return parseApiKey(options.apiKey, "--api-key");
  if (options.apiKeyStdin) return parseApiKey(await context.stdin.readText(STDIN_LIMIT), "standard input");
  if (options.json || !context.stdin.isTerminal() || !context.stderr.isTerminal()) {
    throw new UsageError(
      "There is no API key, and no terminal to ask for it; use --api-key-stdin, or set FLUXLOOP_API_KEY instead of logging in",
    );
  }
  context.stderr.write(WELCOME);
  const typed = await context.prompts.secret(">", console.style.colour);
  context.stderr.write("\n");
  return parseApiKey(typed, "the prompt");
}
