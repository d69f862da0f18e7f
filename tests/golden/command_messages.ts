/**
 * Runs commands with prepared files and platform responses, and collects their output.
 *
 * @module
 */
import type { Context } from "../../src/context.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes, type WorldOptions } from "../support/world.ts";

/** A command line and its circumstances. */
interface Example extends WorldOptions {
  /** The arguments, separated by spaces. */
  readonly line: string;
  /** The content of the credentials file. */
  readonly file?: string;
  /** The platform's response to each request, or the connection error. */
  readonly response?: Response | Error;
  /** The content of `fluxloop.yaml`. */
  readonly yaml?: string;
}

const KEY = { FLUXLOOP_API_KEY: DOCUMENTED_KEY };
const PROFILE = (fields: string) => `profiles:\n  default: {${fields}}\n`;
const SAVED = PROFILE(`api_key: ${DOCUMENTED_KEY}`);
const json = (value: unknown, status: number) => Response.json(value, { status });
const page = (status: number) => new Response("<html>", { status, headers: { "content-type": "text/html" } });
const code = (value: string) => Object.assign(new Error(value), { code: value });

const EXAMPLES: readonly Example[] = [
  // The command line
  { line: "auht" },
  { line: "auth status --jsno" },
  { line: "auth status --profile" },
  { line: "auth status --profile a/b" },
  { line: "auth list extra" },
  { line: `auth status --profile ${DOCUMENTED_KEY}` },
  { line: "auth status --profile=" },
  { line: "auth status --all --profile work" },
  { line: "auth status --timeout soon" },
  { line: "auth status --fail-if-expires-in soon" },
  { line: "auth login" },
  { line: "auth login --api-key-stdin" },
  { line: "auth login --api-key-stdin", stdin: "two words" },
  { line: "auth login --api-key --no-save" },
  { line: `auth login --api-key ${DOCUMENTED_KEY} --api-key-stdin` },
  { line: "auth login --web --resume" },
  { line: "auth login --web --no-save" },
  { line: "auth login --no-wait" },
  { line: "auth login --resume" },
  { line: "auth rotate --all --profile work" },
  { line: "auth rotate --keep-old 0h" },
  { line: "auth exec npm test" },
  { line: "auth switch", file: SAVED },
  { line: "auth switch work", file: SAVED },
  { line: "auth switch -", file: SAVED },
  { line: "apikeys create", env: KEY },
  { line: "apikeys create --name CI --save", env: KEY },
  { line: "apikeys create --name CI --permission fly", env: KEY },
  { line: "platform serve --port 70000" },
  { line: "platform serve --data --ephemeral" },
  { line: "test --config --smoke" },
  { line: "upgrade --version newest" },

  // The environment and the files
  { line: "auth status", env: { FLUXLOOP_API_URL: "nonsense", ...KEY } },
  { line: "auth status", env: { FLUXLOOP_API_URL: "ftp://api.fluxloop.ai", ...KEY } },
  { line: "auth status", env: { FLUXLOOP_API_URL: "http://example.com", ...KEY } },
  { line: "auth status", env: { FLUXLOOP_API_URL: "https://api.fluxloop.ai/?a", ...KEY } },
  { line: "auth status", env: { HTTPS_PROXY: "proxy:port", ...KEY } },
  { line: "auth status", env: { FLUXLOOP_API_KEY_FILE: "/nothing/here" } },
  { line: "auth status --ca-file /nothing/here", env: KEY },
  { line: "auth status --ca-file $HOME/ca.pem", env: KEY },
  { line: "auth status", env: { HOME: "", USERPROFILE: "" } },
  { line: "auth login --api-key-stdin", stdin: DOCUMENTED_KEY, env: { FLUXLOOP_STORAGE: "cloud" } },
  { line: "auth login --api-key-stdin", stdin: DOCUMENTED_KEY, env: { HOME: "", USERPROFILE: "" } },
  { line: "auth status", file: "profiles: [" },
  { line: "auth status", file: "profiles:\n\tdefault:\n" },
  { line: "auth status", file: "[]" },
  { line: "auth status", file: PROFILE("account: john@example.com") },
  { line: "auth status --profile work", file: SAVED },
  { line: "auth status", file: SAVED.replace("default:", "work:") },
  { line: "auth status --api-url https://example.com", file: SAVED },
  { line: "auth logout", file: SAVED, env: KEY },
  { line: "auth rotate", file: PROFILE("access_token: a, refresh_token: b") },
  { line: "apikeys delete CI --yes --profile work", file: SAVED, env: KEY },

  // The platform
  { line: "auth whoami", env: KEY, response: json({ code: "invalid_api_key" }, 401) },
  { line: "auth whoami", env: KEY, response: page(401) },
  { line: "auth whoami", env: KEY, response: page(404) },
  { line: "auth whoami", env: KEY, response: page(502) },
  { line: "auth whoami", env: KEY, response: page(511) },
  { line: "auth whoami", env: KEY, response: page(200) },
  { line: "auth whoami", env: KEY, response: json({ detail: "slow down" }, 429) },
  { line: "auth whoami", env: KEY, response: json({ account: 7 }, 200) },
  { line: "auth whoami", env: KEY, response: new Response("", { status: 200 }) },
  { line: "auth whoami", env: KEY, response: Response.redirect("https://example.com/", 302) },
  { line: "auth whoami", env: KEY, response: code("ECONNREFUSED") },
  { line: "auth status", file: SAVED, response: code("ECONNREFUSED") },
  { line: "auth login --web", response: page(404) },
  { line: "auth login --web", response: json({ detail: "Not Found" }, 404) },
  { line: "apikeys list", env: KEY, response: json({ detail: "Not Found" }, 404) },

  // Tests of agents
  { line: "test" },
  { line: "test", yaml: "experiment: {name: [}\n" },
  { line: "test", yaml: "name: bot\nrunner:\n  process:\n    comand: [python, bot.py]\n" },
  { line: "test --bundle-version-id b1", yaml: "name: bot\nrunner: {process: {command: [python, bot.py]}}\n" },
  { line: "test --skip-upload", yaml: "name: bot\nrunner: {process: {command: [python, bot.py]}}\n" },
  { line: "test upload" },
  { line: "test upload missing", env: KEY },
];

/** @returns Each command line with its output and exit code. */
export async function commandMessages(): Promise<string[]> {
  const texts: string[] = [];
  for (const example of EXAMPLES) texts.push(await messageOf(example));
  removeTestHomes();
  return texts;
}

/** @returns The circumstances of a command, as comments. */
function circumstances({ file, response, yaml, stdin }: Omit<Example, "line">): string {
  const platform = response instanceof Response
    ? `HTTP ${response.status} ${response.headers.get("content-type") ?? "without a body"}`
    : response?.message;
  const facts = { "~/.fluxloop/credentials": file, "fluxloop.yaml": yaml, "standard input": stdin, platform };
  return Object.entries(facts).filter(([, it]) => it !== undefined).map(([name, text]) =>
    `# ${name}: ${text!.trim().replaceAll(/\s+/g, " ")}\n`
  ).join("");
}

async function messageOf({ line, file, response, yaml, ...options }: Example): Promise<string> {
  const fetch: Context["fetch"] = () =>
    response instanceof Response
      ? Promise.resolve(response.clone())
      : Promise.reject(response ?? new Error("unexpected request"));
  const session = new Session({ os: "linux", fetch, ...options });
  const { home } = session.world;
  if (file !== undefined) session.save(file);
  if (yaml !== undefined) Deno.writeTextFileSync(`${home}/fluxloop.yaml`, yaml);
  const { code, stdout, stderr } = await session.run(line.split(" "), { cwd: home });
  const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value} `).join("");
  return `${
    circumstances({ file, response, yaml, ...options })
  }$ ${variables}fluxloop ${line}\n${stdout}${stderr}(exit ${code})`
    .replaceAll(home, "~").replaceAll("~\\", "~/").replaceAll(DOCUMENTED_KEY, "flux_dev_KEY");
}
