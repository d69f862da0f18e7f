import { assert, assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { fluxloop, start } from "../support/program.ts";

/** The runtime that runs the tests, as a program that is there on every system. */
const DENO = Deno.execPath();
const PRINT_ENV =
  'console.log([Deno.env.get("FLUXLOOP_API_KEY"), Deno.env.get("FLUXLOOP_API_URL"), Deno.env.get("OWN")].join())';
const ENV = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, NO_COLOR: "1" };

describe("auth exec", () => {
  let home: string;
  beforeEach(async () => {
    home = await Deno.makeTempDir();
  });
  afterEach(() => Deno.remove(home, { recursive: true }));

  const exec = (words: string[], env: Record<string, string> = ENV, stdin?: string) =>
    fluxloop(["auth", "exec", ...words], {
      env: { HOME: home, USERPROFILE: home, PATH: Deno.env.get("PATH")!, ...env },
      stdin,
    });
  const deno = (code: string, ...args: string[]) => ["--", DENO, "eval", code, ...args];

  it("gives the command key and platform, and leaves the rest of its environment", async () => {
    const outcome = await exec(deno(PRINT_ENV), { ...ENV, FLUXLOOP_API_URL: "https://api.example.com/", OWN: "mine" });
    assertEquals(outcome, { code: 0, stdout: `${DOCUMENTED_KEY},https://api.example.com,mine\n`, stderr: "" });
  });

  it("gives it a profile's key", async () => {
    await Deno.mkdir(`${home}/.fluxloop`);
    const text = `profiles:\n  dev:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "https://dev.example.com"\n`;
    await Deno.writeTextFile(`${home}/.fluxloop/credentials`, text, { mode: 0o600 });
    const { code, stdout } = await exec(["--profile", "dev", ...deno(PRINT_ENV)], { NO_COLOR: "1" });
    assertEquals([code, stdout], [0, `${DOCUMENTED_KEY},https://dev.example.com,\n`]);
  });

  it("passes arguments on as they are, options and blanks and nothing at all", async () => {
    const args = ["--json", "-v", "", "a b", "$HOME", "*", "--", "é"];
    const { stdout } = await exec(deno("console.log(JSON.stringify(Deno.args))", ...args));
    assertEquals(JSON.parse(stdout), args);
  });

  it("passes standard input on, and both outputs", async () => {
    const code = "console.error('err'); console.log(await new Response(Deno.stdin.readable).text())";
    assertEquals(await exec(deno(code), ENV, "given"), { code: 0, stdout: "given\n", stderr: "err\n" });
  });

  for (const code of [0, 1, 3, 42, 255]) {
    it(`ends with the command's exit code: ${code}`, async () => {
      assertEquals(await exec(deno(`Deno.exit(${code})`)), { code, stdout: "", stderr: "" });
    });
  }

  it("says which command there is not", async () => {
    const stderr = '❌ Error: Can\'t run "no-such-program": program not found\n';
    assertEquals(await exec(["--", "no-such-program"]), { code: 127, stdout: "", stderr });
  });

  it("says which command the system refuses", async () => {
    const file = `${home}/notes.txt`;
    await Deno.writeTextFile(file, "no program");
    const { code, stderr } = await exec(["--", file]);
    assertEquals([code, stderr], [126, `❌ Error: Can't run "${file}": permission denied or not executable\n`]);
  });

  for (
    const [what, words] of [["none", []], ["none behind the dashes", ["--"]], ["one before them", [
      "npm",
      "test",
    ]], ["words on both sides of them", ["npm", "--", "true"]]] as const
  ) {
    it(`wants its command behind two dashes, and gets ${what}`, async () => {
      const { code, stderr } = await exec([...words]);
      assertEquals([code, stderr.startsWith("❌ Error: Missing command after --")], [2, true]);
    });
  }

  it("runs nothing where nobody is logged in", async () => {
    assertEquals((await exec(deno("console.log(1)"), {})).code, 3);
  });

  if (Deno.build.os !== "windows") {
    it("never shows the key among the arguments of any process", async () => {
      const code =
        "console.log(await new Response(new Deno.Command('ps', { args: ['-ww', '-eo', 'args'] }).outputSync().stdout).text())";
      const { stdout } = await exec(deno(code));
      assert(stdout.includes("auth exec"), stdout);
      assert(!stdout.includes(DOCUMENTED_KEY), stdout);
    });

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const) {
      it(`passes ${signal} on, and waits for what the command makes of it`, async () => {
        const code = `Deno.addSignalListener("${signal}", () => { console.log("got it"); Deno.exit(7); });` +
          "console.log('ready'); setInterval(() => {}, 1000)";
        const child = start(["auth", "exec", ...deno(code)], { env: { ...ENV, HOME: home } });
        const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
        assertEquals((await reader.read()).value, "ready\n");
        child.kill(signal);
        assertEquals((await reader.read()).value, "got it\n");
        await reader.cancel();
        await child.stderr.cancel();
        assertEquals((await child.status).code, 7);
      });
    }

    it("ends with 128 and the number of the signal that ended the command", async () => {
      assertEquals((await exec(deno("Deno.kill(Deno.pid, 'SIGKILL')"))).code, 137);
    });
  }
});
