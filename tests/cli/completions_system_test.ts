import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { complete, type CompletionSetup, prepareShells, type ShellName, SHELLS } from "../support/completing_shells.ts";
import { PROGRAM } from "../support/program.ts";
import { withTrace } from "../support/strace.ts";
import { Terminal } from "../support/terminal.ts";

const SAVED = `profiles:
  default:
    api_key: "flux_dev_abc123def456ghi789jkl012mno34"
  prod.eu:
    api_key: "flux_dev_abc123def456ghi789jkl012mno35"
  staging:
    api_key: "flux_dev_abc123def456ghi789jkl012mno36"
`;
const PROFILES = ["default", "prod.eu", "staging"];

/** Command lines, with `HOME` for the home folder, and what every shell offers for the last word: of paths, the last segment. */
const LINES: readonly [string, readonly string[]][] = [
  ["fluxloop au", ["auth"]],
  ["fluxloop auth s", ["status", "switch"]],
  ["fluxloop auth status --fa", ["--fail-if-expires-in"]],
  ["fluxloop auth login --sa", ["--save"]],
  ["fluxloop --profile staging auth log", ["login", "logout"]],
  ["fluxloop --quiet auth log", ["login", "logout"]],
  ["fluxloop --api-url https://127.0.0.1:8787/x auth sw", ["switch"]],
  ["fluxloop auth status --profile ", PROFILES],
  ["fluxloop auth status --profile s", ["staging"]],
  ["fluxloop --profile s", ["staging"]],
  ["fluxloop auth switch ", PROFILES],
  ["fluxloop auth switch p", ["prod.eu"]],
  ["fluxloop auth login --storage ", ["file", "keychain"]],
  ["fluxloop apikeys create --environment ", ["ci", "dev", "prod", "stg"]],
  ["fluxloop apikeys create --permission upload_results --permission re", ["read_scenarios"]],
  ["fluxloop apikeys create --name ", []],
  ["fluxloop auth logout sta", []],
  ["fluxloop apikeys create --expires ", ["1y", "30d", "7d", "90d", "never"]],
  ["fluxloop nothing au", []],
  ["fluxloop upgrade --ch", ["--check"]],
  ["fluxloop upgrade --version 1.2.3 --ch", ["--check"]],
  ["fluxloop --version au", ["auth"]],
  ["fluxloop completions ", ["bash", "fish", "powershell", "zsh"]],
  ["fluxloop auth exec --profile staging -- printe", ["printenv"]],
  ["fluxloop auth exec -- cat HOME/certificates/c", ["ca.pem"]],
  ["fluxloop auth status --profile=s", ["staging"]],
  ["fluxloop --ca-file HOME/certificates/", ["ca.pem"]],
  ["fluxloop test --config HOME/certificates/", ["ca.pem"]],
  ["fluxloop test upload --config HOME/certificates/", ["ca.pem"]],
  ["fluxloop test --junit HOME/certificates/", ["ca.pem"]],
  ["fluxloop platform serve --data HOME/certif", ["certificates"]],
  ["fluxloop test upload HOME/certif", ["certificates"]],
];

/** The lines to repeat with other bash settings: those with colons, values, files or no offers. */
const LINES_FOR_SETTINGS = LINES.filter(([line]) => /https:|--profile $|--name $|auth s$|=|HOME/.test(line));

function linesFor(shell: ShellName): typeof LINES {
  return shell.startsWith("bash ") ? LINES_FOR_SETTINGS : LINES;
}

describe("completions in real shells", () => {
  let completing: CompletionSetup;
  const offered = new Map<string, string[]>();

  beforeAll(async () => {
    const home = await Deno.makeTempDir({ prefix: "fluxloop-completions-" });
    await Deno.mkdir(`${home}/.fluxloop`, { mode: 0o700 });
    await Deno.writeTextFile(`${home}/.fluxloop/credentials`, SAVED, { mode: 0o600 });
    await Deno.mkdir(`${home}/certificates`);
    await Deno.writeTextFile(`${home}/certificates/ca.pem`, "");
    completing = await prepareShells(home);
    for (const shell of SHELLS) {
      const lines = linesFor(shell).map(([line]) => line);
      const completions = await complete(shell, lines.map((it) => it.replace("HOME", home)), completing);
      lines.forEach((line, index) => offered.set(`${shell}: ${line}`, completions[index]));
    }
  });
  afterAll(() => Deno.remove(completing.folder, { recursive: true }));

  for (const shell of SHELLS) {
    for (const [line, offers] of linesFor(shell)) {
      it(`${shell} offers ${offers.join(", ") || "nothing"} for "${line}"`, () => {
        // Fish completes whole words, `--profile=` included.
        const found = offered.get(`${shell}: ${line}`)!.map((it) => it.replace(/\/$/, "").replace(/^.*[/=]/, ""));
        assertEquals(found, [...offers]);
      });
    }
  }

  it("bash completes on Tab in a terminal", async () => {
    const terminal = await Terminal.open({ HOME: completing.folder });
    try {
      await terminal.type("source <(fluxloop completions bash)");
      await terminal.press("Enter");
      await terminal.waitFor(/\$ [^$]*\$ $/);
      await terminal.type("fluxloop auth switch st");
      await terminal.press("Tab");
      await terminal.waitFor(/fluxloop auth switch staging /);
      await terminal.press("C-u");
      await terminal.type("fluxloop auth whoami --profile=pr");
      await terminal.press("Tab");
      await terminal.waitFor(/--profile=prod\.eu /);
      await terminal.press("C-u");
      await terminal.type("fluxloop --ca-file ~/cert");
      await terminal.press("Tab");
      await terminal.type("c");
      await terminal.press("Tab");
      await terminal.waitFor(/--ca-file ~\/certificates\/ca\.pem/);
    } finally {
      await terminal.close();
    }
  });

  it("the bash script passes ShellCheck", async () => {
    const output = await new Deno.Command("shellcheck", {
      args: ["--shell=bash", `${completing.folder}/script.bash`],
    }).output();
    assertEquals([output.code, new TextDecoder().decode(output.stdout)], [0, ""]);
  });

  it("profile completion opens no socket and reads only the credentials file in the home folder", async () => {
    const log = `${completing.folder}/trace`;
    const [command, ...args] = withTrace(log, ["%network", "openat"], [PROGRAM, "__complete", "--profile", ":"]);
    const output = await new Deno.Command(command, { args, clearEnv: true, env: completing.env }).output();
    assertEquals(new TextDecoder().decode(output.stdout), "values\ndefault\nprod.eu\nstaging\n");
    const calls = (await Deno.readTextFile(log)).split("\n");
    assertEquals(calls.filter((it) => /\b(?:socket|connect|sendto)\(/.test(it)), []);
    const opened = calls.filter((it) => it.includes(completing.folder)).map((it) => /"([^"]+)"/.exec(it)?.[1]);
    assert(opened.every((it) => it === `${completing.folder}/.fluxloop/credentials`), opened.join("\n"));
  });
});
