import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { fluxloop, PROGRAM, type ServedPlatform, servePlatform } from "../support/program.ts";

describe("the program started by a shell", () => {
  let platform: ServedPlatform;
  let home: string;

  beforeAll(async () => {
    platform = await servePlatform(["--ephemeral"]);
  });
  afterAll(async () => void await platform.stop());
  beforeEach(async () => {
    home = await Deno.makeTempDir();
  });
  afterEach(() => Deno.remove(home, { recursive: true }));

  /** Runs a script in which `$0` is the program, by default with a key in the environment. */
  async function shell(script: string, env: Record<string, string> = { FLUXLOOP_API_KEY: platform.key! }) {
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", script, PROGRAM],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", HOME: home, FLUXLOOP_API_URL: platform.url, ...env },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  }

  const keyIds = async () => {
    const env = { FLUXLOOP_API_KEY: platform.key!, FLUXLOOP_API_URL: platform.url, HOME: home };
    const { stdout } = await fluxloop(["apikeys", "list", "--json"], { env });
    return (JSON.parse(stdout).api_keys as { id: string }[]).map((it) => it.id);
  };

  const unwritable: [string, string][] = [
    ["a full device", '"$0" apikeys create --name ci >/dev/full'],
    // The reader exits before the program starts.
    [
      "a pipe without a reader",
      '{ read -r _; "$0" apikeys create --name ci; echo $? >"$HOME/code"; } <<x | true\nx',
    ],
  ];
  for (const [what, script] of unwritable) {
    it(`names and revokes a new key that can't be written to ${what}`, async () => {
      const before = await keyIds();
      const { code, stdout, stderr } = await shell(script);
      const exitCode = what.includes("pipe") ? Number(await Deno.readTextFile(`${home}/code`)) : code;
      assertEquals([exitCode, stdout], [1, ""], stderr);
      assertMatch(stderr, /\bkey_\w+ was revoked\./);
      assertEquals(await keyIds(), before);
    });
  }

  it("prints no error when the reader of a list exits early", async () => {
    const { stderr } = await shell('{ "$0" apikeys list; echo $? >"$HOME/code"; } | true');
    assertEquals([await Deno.readTextFile(`${home}/code`), stderr], ["0\n", ""]);
  });

  /** @returns Whether a signal is ignored, according to the mask in `/proc/<pid>/status`. */
  const isIgnored = (status: string, signal: number) =>
    (BigInt(`0x${/^SigIgn:\s*(\w+)$/m.exec(status)![1]}`) >> BigInt(signal - 1) & 1n) === 1n;

  it("keeps ignoring signals that were ignored at the start, also in a command of auth exec", async () => {
    const script = '"$0" auth exec -- cat /proc/self/status';
    const usual = await shell(script);
    const ignoring = await shell(`trap "" HUP QUIT; ${script}`);
    const signals = [1, 2, 3, 15];
    assertEquals(signals.map((it) => isIgnored(usual.stdout, it)), [false, false, false, false]);
    assertEquals(signals.map((it) => isIgnored(ignoring.stdout, it)), [true, false, true, false]);
  });

  it("keeps serving after SIGHUP if the signal was ignored at the start", async () => {
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", 'trap "" HUP; exec "$0" platform serve --port 0 --ephemeral --json', PROGRAM],
      clearEnv: true,
      env: { HOME: home },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { url } = JSON.parse((await reader.read()).value!);
    child.kill("SIGHUP");
    const response = await fetch(`${url}/openapi.json`);
    await response.body?.cancel();
    child.kill("SIGTERM");
    await reader.cancel();
    assertEquals([response.status, (await child.status).code], [200, 130]);
  });

  for (const name of ["FLUXLOOP_API_KEY", "FLUXLOOP_API_KEY_FILE", "FLUXLOOP_PROFILE", "HTTPS_PROXY"]) {
    it(`never quotes ${name} when it isn't valid UTF-8`, async () => {
      const url = name === "HTTPS_PROXY" ? "https://platform.example" : platform.url;
      const key: Record<string, string> = name === "HTTPS_PROXY" ? { FLUXLOOP_API_KEY: platform.key! } : {};
      const script = `export ${name}="$(printf 'flux_dev_s3cr3t\\377value')"; "$0" auth status`;
      const { code, stdout, stderr } = await shell(script, { FLUXLOOP_API_URL: url, ...key });
      assertEquals(code, 2, stderr);
      assert(!(stdout + stderr).includes("s3cr3t"), stdout + stderr);
      assertStringIncludes(stderr, name);
    });
  }
});
