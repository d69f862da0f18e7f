import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { fluxloop, start } from "../support/program.ts";
import { itOnUnix } from "../support/systems.ts";

/** The test runtime itself: a program that exists on every system. */
const DENO = Deno.execPath();
const ENV = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, NO_COLOR: "1" };

describe("auth exec", () => {
  let home: string;
  beforeEach(async () => {
    home = await Deno.makeTempDir();
  });
  afterEach(() => Deno.remove(home, { recursive: true }));

  const exec = (args: string[], env: Record<string, string> = ENV, stdin?: string) =>
    fluxloop(["auth", "exec", ...args], {
      env: { HOME: home, USERPROFILE: home, PATH: Deno.env.get("PATH")!, ...env },
      stdin,
    });
  const deno = (code: string, ...args: string[]) => ["--", DENO, "eval", code, ...args];

  it("passes the key, API URL, environment, arguments, input and exit code through", async () => {
    const args = ["--json", "-v", "", "a b", "$HOME", "*", "--", "é"];
    const code = `const names = ["FLUXLOOP_API_KEY", "FLUXLOOP_API_URL", "OWN"];
      console.error("err");
      const input = await new Response(Deno.stdin.readable).text();
      console.log(JSON.stringify([names.map((it) => Deno.env.get(it)), Deno.args, input]));
      Deno.exit(42);`;
    const env = { ...ENV, FLUXLOOP_API_URL: "https://api.example.com/", OWN: "mine" };
    const { stdout, ...outcome } = await exec(deno(code, ...args), env, "given");
    assertEquals(JSON.parse(stdout), [[DOCUMENTED_KEY, "https://api.example.com", "mine"], args, "given"]);
    assertEquals(outcome, { code: 42, stderr: "err\n" });
  });

  it("reports a command that doesn't exist", async () => {
    const stderr = '❌ Error: Can\'t run "no-such-program": program or its interpreter not found\n';
    assertEquals(await exec(["--", "no-such-program"]), { code: 127, stdout: "", stderr });
  });

  it("reports a command that isn't executable", async () => {
    const file = `${home}/notes.txt`;
    await Deno.writeTextFile(file, "not a program");
    const { code, stderr } = await exec(["--", file]);
    assertEquals([code, stderr], [126, `❌ Error: Can't run "${file}": permission denied or not executable\n`]);
  });

  itOnUnix("forwards signals and exits with the command's code", async () => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
    const code = `for (const it of ${JSON.stringify(signals)}) Deno.addSignalListener(it, () => console.log(it));
      Deno.addSignalListener("SIGUSR2", () => Deno.exit(7));
      console.log("ready");
      setInterval(() => {}, 1000);`;
    const child = start(["auth", "exec", ...deno(code)], { env: { ...ENV, HOME: home } });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assertEquals((await reader.read()).value, "ready\n");
    for (const signal of signals) {
      child.kill(signal);
      assertEquals((await reader.read()).value, `${signal}\n`);
    }
    await reader.cancel();
    await child.stderr.cancel();
    assertEquals((await child.status).code, 7);
  });

  itOnUnix("exits with 128 plus the number of the signal that killed the command", async () => {
    assertEquals((await exec(deno("Deno.kill(Deno.pid, 'SIGKILL')"))).code, 137);
  });
});
