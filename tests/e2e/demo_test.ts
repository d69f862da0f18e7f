import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { itOnUnix } from "../support/systems.ts";

const ROOT = new URL("../../", import.meta.url);
const LINES = [
  "$ fluxloop auth login --api-key-stdin < key.txt",
  "✅ Successfully authenticated!",
  "$ fluxloop auth status",
  "Account: john@example.com",
  "$ fluxloop auth whoami",
  "Plan: Team (1,000 runs/month)",
  "$ fluxloop auth status --json",
  '"source": "profile"',
  "$ fluxloop auth login --api-key-stdin < wrong-key.txt",
  "❌ Error: Invalid API key",
  "(exit 3)",
  "$ fluxloop auth logout --all",
  "✅ Logged out from profile: default",
  "$ fluxloop auth login --api-key-stdin < key.txt",
  "$ cat fluxloop.yaml",
  "$ fluxloop test --project customer-support-bot",
  "✅ All 8 runs passed in ",
  "Uploaded: rb_",
  "$ fluxloop auth whoami",
  "Usage this month: 242 / 1,000 runs",
];

describe("the demo", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  /** Starts the demo; it creates its files in `folder`. */
  function start(): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "scripts/demo.ts"],
      cwd: ROOT,
      env: { TMPDIR: folder, TMP: folder, TEMP: folder },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  it("shows a complete session and cleans up", async () => {
    const { code, stdout, stderr } = await start().output();
    let text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    const keys = text.match(/flux_[a-z]+_\w{10,}/g);
    assertEquals(keys, null, "the output contains an unmasked key");
    text = new TextDecoder().decode(stdout);
    for (const line of LINES.filter((it) => !it.startsWith("❌"))) {
      assertStringIncludes(text, line);
      text = text.slice(text.indexOf(line) + line.length);
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  });

  itOnUnix("cleans up and exits with 130 when interrupted", async () => {
    const demo = start();
    const reader = demo.stdout.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes("auth status");) text += (await reader.read()).value ?? "auth status";
    demo.kill("SIGINT");
    while (!(await reader.read()).done);
    assertEquals((await demo.status).code, 130);
    await demo.stderr.cancel();
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});
