import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { describe, it } from "@std/testing/bdd";
import denoJson from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const FIXTURE = fromFileUrl(new URL("fixtures/power_after_run.ts", import.meta.url));

describe("the runtime's permissions", () => {
  /** @returns Whether a command, at its end, may still read an unknown variable and start a process. */
  async function permissionsAfter(...args: string[]): Promise<string[]> {
    const home = await Deno.makeTempDir();
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--permission-set=fluxloop", FIXTURE, ...args],
      // The runtime's cache is below the home folder where nothing else is said.
      env: { FLUXLOOP_HOME: home },
      stdin: "null",
      cwd: ROOT,
    }).output();
    await Deno.remove(home, { recursive: true });
    return new TextDecoder().decode(stderr).trim().split("\n").slice(-2);
  }

  // `prompt` is what is left of one that was given up.
  const states: [string[], string[]][] = [
    [["auth", "list"], ["prompt", "prompt"]],
    [["test", "--schema"], ["granted", "granted"]],
  ];
  for (const [args, expected] of states) {
    it(`are ${expected.join(" and ")} for variables and processes after ${args.join(" ")}`, async () => {
      assertEquals(await permissionsAfter(...args), expected);
    });
  }

  it("are no broader than need be, but for the environment's: there is no foreign code", () => {
    const { ffi, import: imports, all, env } = denoJson.permissions.fluxloop as Record<string, unknown>;
    assertEquals([ffi, imports, all, Array.isArray(env)], [undefined, undefined, undefined, true]);
  });
});
