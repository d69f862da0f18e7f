import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { complete, type Completing, environmentOf, type ShellName } from "../support/completing_shells.ts";
import { fluxloop, PROGRAM } from "../support/program.ts";
import { withTrace } from "../support/strace.ts";
import { Terminal } from "../support/terminal.ts";

const SHELLS: readonly ShellName[] = ["bash", "bash with bash-completion", "bash with odd settings", "zsh", "fish"];
const SAVED = `profiles:
  default:
    api_key: "flux_dev_abc123def456ghi789jkl012mno34"
  prod.eu:
    api_key: "flux_dev_abc123def456ghi789jkl012mno35"
  staging:
    api_key: "flux_dev_abc123def456ghi789jkl012mno36"
`;
const PROFILES = ["default", "prod.eu", "staging"];

/** A line, and what is offered for its last word, by every shell alike. */
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
];

/** The lines that bash's own settings may change: with colons, with values, with files, and with nothing to offer. */
const LINES_FOR_SETTINGS = LINES.filter(([line]) => /https:|--profile $|--name $|auth s$/.test(line));

describe("completions", () => {
  let completing: Completing;

  beforeAll(async () => {
    const home = await Deno.makeTempDir({ prefix: "fluxloop-completions-" });
    await Deno.mkdir(`${home}/.fluxloop`, { mode: 0o700 });
    await Deno.writeTextFile(`${home}/.fluxloop/credentials`, SAVED, { mode: 0o600 });
    await Deno.mkdir(`${home}/certificates`);
    await Deno.writeTextFile(`${home}/certificates/ca.pem`, "");
    completing = { folder: home, env: environmentOf(home) };
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, stdout, stderr } = await fluxloop(["completions", shell]);
      assertEquals([code, stderr], [0, ""]);
      await Deno.writeTextFile(`${home}/script.${shell}`, stdout);
    }
  });
  afterAll(() => Deno.remove(completing.folder, { recursive: true }));

  for (const shell of SHELLS) {
    for (const [line, offers] of shell.startsWith("bash ") ? LINES_FOR_SETTINGS : LINES) {
      it(`of ${shell} for "${line}" are ${offers.length === 0 ? "none" : offers.join(", ")}`, async () => {
        assertEquals(await complete(shell, line, completing), [...offers]);
      });
    }

    it(`of ${shell} behind = are values alone`, async () => {
      const offers = await complete(shell, "fluxloop auth status --profile=s", completing);
      assertEquals(offers, shell === "fish" ? ["--profile=staging"] : ["staging"]);
    });

    for (const option of ["--ca-file", "test --config", "test upload --config", "test --junit"]) {
      it(`of ${shell} are files behind ${option}`, async () => {
        const [offer] = await complete(shell, `fluxloop ${option} ${completing.folder}/certificates/`, completing);
        assertEquals(offer?.split("/").at(-1), "ca.pem");
      });
    }

    for (const place of ["platform serve --data", "test upload"]) {
      it(`of ${shell} are folders behind ${place}`, async () => {
        const offers = await complete(shell, `fluxloop ${place} ${completing.folder}/certif`, completing);
        assertEquals(offers.map((it) => it.replace(/\/$/, "").split("/").at(-1)), ["certificates"]);
      });
    }

    it(`of ${shell} are another program's behind --`, async () => {
      const line = `fluxloop auth exec -- cat ${completing.folder}/certificates/c`;
      const [offer] = await complete(shell, line, completing);
      assertEquals(offer?.split("/").at(-1), "ca.pem");
    });
  }

  it("show up in a terminal's bash when the key is pressed, a single one written out", async () => {
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

  it("of bash pass the shell linter", async () => {
    const output = await new Deno.Command("shellcheck", {
      args: ["--shell=bash", `${completing.folder}/script.bash`],
    }).output();
    assertEquals([output.code, new TextDecoder().decode(output.stdout)], [0, ""]);
  });

  it("of profiles open no socket and read no file but the credentials in the home", async () => {
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
