import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { describe, it } from "@std/testing/bdd";
import denoJson from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const FIXTURE = fromFileUrl(new URL("fixtures/permissions_after_run.ts", import.meta.url));

describe("the runtime's permissions", () => {
  /** @returns A command's permissions, when it is done, to read an unknown variable and to start a process. */
  async function permissionsAfter(...args: string[]): Promise<string[]> {
    const home = await Deno.makeTempDir();
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--permission-set=fluxloop", FIXTURE, ...args],
      // Sets no HOME: the runtime's cache is there by default.
      env: { FLUXLOOP_HOME: home },
      stdin: "null",
      cwd: ROOT,
    }).output();
    await Deno.remove(home, { recursive: true });
    return new TextDecoder().decode(stderr).trim().split("\n").slice(-2);
  }

  // A permission that was given up reads `prompt`.
  const states: [string[], string, string][] = [
    [["auth", "list"], "given up", "prompt"],
    [["test", "--schema"], "kept", "granted"],
  ];
  for (const [args, what, state] of states) {
    it(`for variables and processes are ${what} by ${args.join(" ")}`, async () => {
      assertEquals(await permissionsAfter(...args), [state, state]);
    });
  }

  it("exclude foreign code and limit the environment's variables", () => {
    const { ffi, import: imports, all, env } = denoJson.permissions.fluxloop as Record<string, unknown>;
    assertEquals([ffi, imports, all, Array.isArray(env)], [undefined, undefined, undefined, true]);
  });
});
