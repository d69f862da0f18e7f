/**
 * Shared parts of all commands: the global options, the types of values, and the environment variables in their help.
 *
 * @module
 */
import { Command, EnumType, StringType } from "@cliffy/command";
import { KEY_ENVIRONMENTS, PERMISSIONS } from "../api_client/key_terms.ts";
import type { Context } from "../context.ts";
import { showHelp } from "./help.ts";

/** The options of every command. A type, not an interface, because Cliffy requires an index signature. */
export type GlobalOptions = {
  readonly profile?: string;
  readonly apiUrl?: string;
  readonly timeout?: string;
  readonly caFile?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
};

/** The options of a command that writes a result. */
export type JsonOptions = GlobalOptions & { readonly json?: boolean };

/** A command with any options. */
// deno-lint-ignore no-explicit-any -- Cliffy's own type for it
export type AnyCommand = Command<any>;

/** Any lifetime is accepted; these are suggested. */
class LifetimeType extends StringType {
  override complete(): string[] {
    return ["7d", "30d", "90d", "1y", "never"];
  }
}

/** The types of values, which Cliffy checks and shells complete. */
export const VALUE_TYPES = {
  profile: new StringType(),
  folder: new StringType(),
  program: new StringType(),
  storage: new EnumType(["file", "keychain"]),
  environment: new EnumType(KEY_ENVIRONMENTS),
  permission: new EnumType(PERMISSIONS),
  lifetime: new LifetimeType(),
};

/** Variables by name, each with its placeholder and its description. */
const VARIABLES = {
  FLUXLOOP_API_KEY: ["key", "API key; overrides saved keys"],
  FLUXLOOP_SYNC_API_KEY: ["key", "Older name of FLUXLOOP_API_KEY"],
  FLUXLOOP_API_KEY_FILE: ["path", "File with the API key, such as a container secret"],
  FLUXLOOP_PROFILE: ["name", "Profile to use unless --profile is given"],
  FLUXLOOP_API_URL: ["url", "Platform URL unless --api-url is given"],
  FLUXLOOP_TIMEOUT: ["seconds", "Request time limit unless --timeout is given"],
  FLUXLOOP_CA_FILE: ["path", "Extra CA certificates unless --ca-file is given"],
  FLUXLOOP_STORAGE: ["where", "Key storage unless --storage is given"],
  FLUXLOOP_NO_UPDATE_CHECK: ["1", "Turn off notices of new versions"],
  GITHUB_ACTIONS: ["flag", "In GitHub Actions: write a job summary, mask the key"],
  BROWSER: ["program", "Browser that --web opens the page in"],
  FLUXLOOP_HOME: ["folder", "Folder for fluxloop's files (default: ~/.fluxloop)"],
} as const;
type Variable = keyof typeof VARIABLES;

/** The variables of a command that makes requests for a saved profile. */
export const PROFILE_VARIABLES: readonly Variable[] = [
  "FLUXLOOP_PROFILE",
  "FLUXLOOP_API_URL",
  "FLUXLOOP_TIMEOUT",
  "FLUXLOOP_CA_FILE",
  "FLUXLOOP_HOME",
];

/** The variables of a command that uses a key, in order of precedence. */
export const KEY_VARIABLES: readonly Variable[] = [
  "FLUXLOOP_API_KEY",
  "FLUXLOOP_SYNC_API_KEY",
  "FLUXLOOP_API_KEY_FILE",
  ...PROFILE_VARIABLES,
];

/**
 * Starts the declaration of a command, whose values may have {@linkcode VALUE_TYPES}.
 *
 * @param variables The environment variables that its help lists; they are read elsewhere.
 */
export function newCommand(variables: readonly Variable[] = []) {
  const command = new Command<GlobalOptions, Record<keyof typeof VALUE_TYPES, string>>();
  for (const name of variables) {
    const [value, description] = VARIABLES[name];
    command.env(`${name}=<${value}:string>`, description);
  }
  return command;
}

/**
 * Declares a group of commands, which shows its help if no command is given. If a command is named, only that one is
 * declared: declaring the others would take a tenth of the run.
 *
 * @param commands The functions that declare the commands, in the order of the help.
 * @param named The command to run, if it is known.
 */
export function newGroup(
  context: Context,
  commands: Readonly<Record<string, (context: Context) => AnyCommand>>,
  named?: string,
): AnyCommand {
  const group: AnyCommand = newCommand().action(showHelp(context));
  const names = named !== undefined && Object.hasOwn(commands, named) ? [named] : Object.keys(commands);
  for (const name of names) group.command(name, commands[name](context));
  return group.reset();
}
