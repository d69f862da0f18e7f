import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand, PROFILE_VARIABLES } from "../command.ts";

/** Declares `fluxloop auth login`. */
export function loginCommand(context: Context): AnyCommand {
  return newCommand([...PROFILE_VARIABLES, "FLUXLOOP_STORAGE", "BROWSER"])
    .description(
      "Log in to the FluxLoop Web Platform using an API key. The key is verified with the platform before it is saved. " +
        "Without --api-key or --api-key-stdin, prompts for the key in a terminal; your input is hidden. Avoid --api-key: other users of this " +
        "machine can see the key, and it stays in your shell's history. In scripts, use --api-key-stdin. With --web, you " +
        "approve a code in the browser instead of giving a key.",
    )
    .option("--api-key <key:string>", "API key to use (default: prompt for it)")
    .option("--api-key-stdin", "Read the API key from standard input", { conflicts: ["api-key"] })
    .option("--web", "Log in through the browser", { conflicts: ["api-key", "api-key-stdin", "resume"] })
    .option("--no-browser", "With --web: print the URL without opening a browser")
    .option("--no-wait", "With --web: print URL and code, then exit")
    .option("--resume", "Finish a login started with --no-wait", { conflicts: ["api-key", "api-key-stdin"] })
    .option("--save", "Save the credentials", { default: true })
    .option("--no-save", "Only verify the API key")
    .option("--storage <where:storage>", "Key storage: file or keychain (default: file)")
    .option("--json", "Output in JSON format; never prompt")
    .example("Interactive login", "fluxloop auth login")
    .example("Through the browser", "fluxloop auth login --web")
    .example(
      "In two steps: print the code, then wait for its approval",
      "fluxloop auth login --web --no-wait && fluxloop auth login --resume",
    )
    .example("In a script", "fluxloop auth login --api-key-stdin < key.txt")
    .example("Store the key in the system's keychain", "fluxloop auth login --storage keychain")
    .example("Save to a specific profile", "fluxloop auth login --profile production")
    .action(async (options) => (await import("./login_run.ts")).runLogin(context, options));
}
