/**
 * `fluxloop auth login` (seed: "fluxloop auth login").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function loginCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
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
    .action(async (options) => (await import("./login_run.ts")).runLogin(context, options));
}
