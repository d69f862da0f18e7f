import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { run } from "../../src/cli/run.ts";
import { SystemError } from "../../src/errors.ts";
import { listen, type Listener } from "../support/listener.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes, world } from "../support/world.ts";

const SECRET = "flux_dev_topsecret0123456789";
const login = (...args: string[]) => ["auth", "login", ...args];

interface Mistake {
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly message: string;
}

const MISTAKES: readonly Mistake[] = [
  { what: "an unknown command", args: ["auht"], message: 'Unknown command "auht". Did you mean "auth"?' },
  { what: "an unknown subcommand", args: ["auth", "stauts"], message: 'Did you mean "status"?' },
  {
    what: "a command without its group",
    args: ["login"],
    message: 'Unknown command "login". Did you mean "auth login"?',
  },
  {
    what: "an option without a similar one",
    args: ["auth", "status", "--xml"],
    message: 'Unknown option "--xml". See --help.',
  },
  { what: "an unknown option", args: ["auth", "status", "--jsno"], message: 'Did you mean "--json"?' },
  {
    what: "an option without its value",
    args: ["auth", "status", "--profile"],
    message: "--profile requires a value",
  },
  { what: "a key as an argument", args: login(SECRET), message: '"fluxloop auth login" takes no arguments' },
  { what: "a key as a command", args: [SECRET], message: 'Unknown command "flux_dev_****"' },
  { what: "a key as an option", args: login(`--${SECRET}`), message: 'Unknown option "--flux_dev_****"' },
  {
    what: "an invalid profile name",
    args: ["auth", "status", "--profile", "a/b"],
    message: "--profile has an invalid profile name",
  },
  {
    what: "an empty profile name for a login",
    args: login("--profile", "", "--api-key", SECRET),
    message: "--profile",
  },
  {
    what: "two sources for the key",
    args: login("--api-key", SECRET, "--api-key-stdin"),
    message: "--api-key-stdin can't be combined with --api-key",
  },
  {
    what: "an option given twice",
    args: ["auth", "status", "--api-key", "a", "--api-key", "b"],
    message: "--api-key can be given only once",
  },
  { what: "a missing argument", args: ["apikeys", "delete"], message: "Missing argument: <id-or-name>" },
  {
    what: "an unknown storage",
    args: login("--storage", "cloud"),
    message: 'Invalid value "cloud" for --storage. Expected one of: file, keychain',
  },
  { what: "an empty key", args: login("--api-key", ""), message: "The value of --api-key is empty" },
  { what: "an empty key after =", args: login("--api-key="), message: "The value of --api-key is empty" },
  { what: "an option instead of a key", args: login("--api-key", "--no-save"), message: "looks like an option" },
  { what: "a short option instead of a key", args: login("--api-key", "-q"), message: "looks like an option" },
  {
    what: "a key instead of a profile",
    args: login("--profile", SECRET, "--api-key", "k"),
    message: "must be the name of a profile, not an API key",
  },
  {
    what: "a mistyped key as a command",
    args: ["auth", "flx_dev_topsecret0123456789"],
    message: 'Unknown command "****"',
  },
  { what: "a key in capitals as a command", args: ["auth", SECRET.toUpperCase()], message: "Unknown command" },
  { what: "a key followed by dots as a command", args: ["auth", `${SECRET}...`], message: "Unknown command" },
  {
    what: "an option instead of a folder",
    args: ["platform", "serve", "--data", "--ephemeral"],
    message: "--data",
  },
  {
    what: "an invalid timeout",
    args: ["auth", "status", "--timeout", "soon"],
    message: "--timeout must be a number of seconds",
  },
  {
    what: "a timeout of 0",
    args: ["auth", "status", "--timeout", "0"],
    message: "--timeout must be a number of seconds",
  },
  {
    what: "a timeout that is too long",
    args: ["auth", "whoami", "--timeout", "3601"],
    message: "--timeout must be a number of seconds",
  },
  {
    what: "an invalid timeout in the environment",
    args: ["auth", "whoami"],
    env: { FLUXLOOP_TIMEOUT: "-1" },
    message: "FLUXLOOP_TIMEOUT must be a number of seconds",
  },
  { what: "an empty argument", args: ["auth", "list", ""], message: "An argument is empty" },
  {
    what: "empty standard input",
    args: login("--api-key-stdin"),
    message: "The API key from standard input is empty. Paste a key, or check the file or variable it comes from.",
  },
  {
    what: "a key with two lines",
    args: login("--api-key-stdin"),
    stdin: `${SECRET}\n${SECRET}\n`,
    message: "contains white space",
  },
  {
    what: "a key with a control character",
    args: login("--api-key", `${SECRET}\x1b[0m`),
    message: "contains white space",
  },
  { what: "no key and no terminal", args: login(), message: "Can't prompt for an API key without a terminal" },
  {
    what: "plain http to another host",
    args: login("--api-key", SECRET, "--api-url", "http://example.com"),
    message: "plain http to example.com",
  },
  {
    what: "plain http in the environment",
    args: ["auth", "status"],
    env: { FLUXLOOP_API_URL: "http://example.com", FLUXLOOP_API_KEY: SECRET },
    message: "FLUXLOOP_API_URL would send your key over plain http to example.com",
  },
  {
    what: "an invalid API URL",
    args: ["auth", "whoami"],
    env: { FLUXLOOP_API_URL: "nonsense", FLUXLOOP_API_KEY: SECRET },
    message: "FLUXLOOP_API_URL isn't a valid URL",
  },
  {
    what: "a saved key with another origin",
    args: ["auth", "status", "--api-url", "<url>"],
    message: "is not sent to <url>",
  },
  {
    what: "logout --all with a profile",
    args: ["auth", "logout", "--all", "--profile", "a"],
    message: "can't be combined with",
  },
  {
    what: "a profile before rotate --all",
    args: ["--profile", "a", "auth", "rotate", "--all"],
    message: "can't be combined with",
  },
  {
    what: "status --all with a profile",
    args: ["auth", "status", "--all", "--profile", "a"],
    message: "can't be combined with",
  },
  {
    what: "an invalid duration",
    args: ["auth", "status", "--fail-if-expires-in", "soon"],
    message: "must be a number of hours, days or weeks",
  },
  {
    what: "a port out of range",
    args: ["platform", "serve", "--port", "70000"],
    message: "--port must be a number from 0 to 65535",
  },
  {
    what: "a port that isn't a number",
    args: ["platform", "serve", "--port", "x"],
    message: "--port must be a number from 0 to 65535",
  },
  {
    what: "a platform without a home folder",
    args: ["platform", "serve"],
    env: { HOME: "", USERPROFILE: "" },
    message: "or pass --data <folder> or --ephemeral.",
  },
  { what: "--data with --ephemeral", args: ["platform", "serve", "--data", "a", "--ephemeral"], message: "--data" },
];

describe("invalid input", () => {
  let server: Listener;

  beforeAll(() => {
    server = listen(() => Response.json({}));
  });
  afterAll(() => server.stop());
  afterEach(removeTestHomes);

  for (const { what, args, env, stdin, message } of MISTAKES) {
    // The key is saved for this server, unless the case is about a key for another platform.
    const savedUrl = (args: readonly string[]) => args.includes("<url>") ? "https://api.fluxloop.ai" : server.url;
    const withUrl = (text: string) => text.replace("<url>", server.url);

    it(`exits with 2 and a one-line error, without a request: ${what}`, async () => {
      const session = new Session({ env: { FLUXLOOP_API_URL: server.url, ...env }, stdin });
      session.save(`profiles:\n  default: {api_key: ${SECRET}, api_url: "${savedUrl(args)}"}\n`);
      const { code, stdout, stderr } = await session.run(args.map(withUrl));
      assertEquals([code, stdout, server.requests.length], [2, "", 0]);
      assertStringIncludes(stderr, withUrl(message));
      assertEquals(stderr.match(/^❌ Error: [^\n]+\n$/)?.length, 1, stderr);
      assertEquals(/topsecret/i.test(stderr), false);
    });

    it(`writes one JSON document with --json: ${what}`, async () => {
      const session = new Session({ env: { FLUXLOOP_API_URL: server.url, ...env }, stdin });
      session.save(`profiles:\n  default: {api_key: ${SECRET}, api_url: "${savedUrl(args)}"}\n`);
      const { code, stdout, stderr } = await session.run([...args.map(withUrl), "--json"]);
      const { error } = JSON.parse(stdout);
      assertEquals([code, stderr, error.exit_code, /topsecret/i.test(error.message)], [2, "", 2, false]);
    });
  }

  it("is reported on standard error if the JSON document can't be written", async () => {
    const { context, stderr } = world();
    const deliver = () => {
      throw new SystemError("Can't write to standard output");
    };
    await run({ ...context, stdout: { ...context.stdout, deliver } }, ["auth", "status", "--timeout", "0", "--json"]);
    assertStringIncludes(stderr(), "--timeout must be");
  });

  it("in the credentials file is reported with its line but not its text", async () => {
    const session = new Session();
    session.save(`profiles:\n  default:\n    api_key: "${SECRET}\n`);
    for (const args of [["auth", "status"], ["auth", "list"], ["auth", "logout"], login("--api-key", SECRET)]) {
      const { code, stderr } = await session.run(args);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "~/.fluxloop/credentials isn't valid YAML (line 4, column");
      assertStringIncludes(
        stderr,
        "or move it to ~/.fluxloop/credentials.old and log in again",
      );
      assertEquals(/topsecret/i.test(stderr), false);
    }
  });
});
