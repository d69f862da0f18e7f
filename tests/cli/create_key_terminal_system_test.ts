import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { fluxloop, type ServedPlatform, servePlatform } from "../support/program.ts";
import { Terminal } from "../support/terminal.ts";

describe("apikeys create on a terminal", () => {
  let platform: ServedPlatform;
  let home: string;
  let terminal: Terminal;
  let env: Record<string, string>;

  beforeEach(async () => {
    platform = await servePlatform(["--ephemeral"]);
    home = await Deno.makeTempDir();
    env = { HOME: home, FLUXLOOP_API_URL: platform.url, FLUXLOOP_API_KEY: platform.key! };
    terminal = await Terminal.open(env);
  });
  afterEach(async () => {
    await terminal.close();
    await platform.stop();
    await Deno.remove(home, { recursive: true });
  });

  async function enter(line: string): Promise<void> {
    await terminal.type(line);
    await terminal.press("Enter");
  }

  async function answer(question: RegExp, ...keys: string[]): Promise<void> {
    await terminal.waitFor(question);
    for (const key of [...keys, "Enter"]) await terminal.press(key);
  }

  async function keys() {
    const { stdout } = await fluxloop(["apikeys", "list", "--json"], { env });
    return JSON.parse(stdout).api_keys as {
      name: string;
      permissions: string[];
      scopes: unknown;
      expires_at: string;
    }[];
  }

  it("prompts for all settings and creates the key", async () => {
    await enter(`fluxloop apikeys create > ${home}/key; echo ended $?`);
    await terminal.waitFor(/Name:/);
    await enter("nightly");
    await answer(/Environment:[^]*Continuous/, "Up");
    await answer(/Project access:[^]*Selected projects/, "Down");
    await answer(/Which ones\? \(0 chosen\)[^]*analytics-agent/, "Down");
    await answer(/Which ones\? \(1 chosen\)[^]*\[x\] sales-assistant/, "Down", "Down");
    await answer(/Permissions: \(3 chosen\)[^]*\[x\] create_scenarios/);
    await answer(/Permissions: \(2 chosen\)/, "Up");
    await answer(/Expires:[^]*30 days/, "Up");
    await terminal.waitFor(/ended 0 ?$/m);
    const { name, permissions, scopes } = (await keys()).at(-1)!;
    assertEquals({ name, permissions, scopes }, {
      name: "nightly",
      permissions: ["upload_results", "create_scenarios"],
      scopes: ["prj_2"],
    });
    assertEquals(/^flux_ci_[a-z2-7]{32}\n$/.test(await Deno.readTextFile(`${home}/key`)), true);
  });

  it("prompts only for omitted settings", async () => {
    const named = "--scope prj_1 --permission upload_results --expires 30d --environment ci";
    await enter(`fluxloop apikeys create ${named}; echo ended $?`);
    await terminal.waitFor(/Name:/);
    await enter("short");
    assertStringIncludes(await terminal.waitFor(/ended 0 ?$/m), '✅ Created key "short"');
  });

  for (const blank of ["", "  "]) {
    it(`prompts for the name again if it is "${blank}"`, async () => {
      await enter("fluxloop apikeys create; echo ended $?");
      await terminal.waitFor(/Name:/);
      await enter(blank);
      await terminal.waitFor(/Enter at least one character/);
      await terminal.press("C-d");
      await terminal.waitFor(/ended 130 ?$/m);
    });
  }

  it("creates nothing if the user presses Ctrl-C", async () => {
    await enter("fluxloop apikeys create; echo ended $?");
    await terminal.waitFor(/Name:/);
    await enter("never");
    await terminal.waitFor(/Environment:[^]*Continuous/);
    await terminal.press("C-c");
    await terminal.waitFor(/ended 130 ?$/m);
    assertEquals((await keys()).map(({ name }) => name), ["My Development Key"]);
  });
});
