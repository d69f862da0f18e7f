import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { fluxloop, type ServedPlatform, servePlatform } from "../support/program.ts";
import { onPty, type Step } from "../support/pty.ts";

const SIZES = [1, 8, 256];
/** The last output of the hidden prompt before it waits for keys. */
const PROMPT = "\x1b[?2004h> ";

describe("a prompt on a real terminal", () => {
  let platform: ServedPlatform;
  let home: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    platform = await servePlatform(["--ephemeral"]);
  });
  afterAll(async () => void await platform.stop());
  beforeEach(async () => {
    home = await Deno.makeTempDir();
    env = { HOME: home, FLUXLOOP_API_URL: platform.url };
  });
  afterEach(() => Deno.remove(home, { recursive: true }));

  const typed: [string, (key: string) => string][] = [
    ["typed text", (key) => `${key}\r`],
    ["a bracketed paste", (key) => `\x1b[200~${key}\x1b[201~\r`],
    ["a bracketed paste of two lines", (key) => `\x1b[200~${key}\nsecond\x1b[201~\r`],
    ["a paste of two lines", (key) => `${key}\nsecond line\n`],
    ["a line with Ctrl-U", (key) => `wrong déjà 漢字\x15${key}\r`],
    ["a line with Ctrl-W", (key) => `wrong\x17${key}\r`],
    ["a line with Backspace after a four-byte character", (key) => `${key}🙂\x7f\r`],
    ["a line with arrow keys", (key) => `\x1b[D\x1bOA${key}\x1b[1;5C\r`],
  ];
  for (const [index, [what, keys]] of typed.entries()) {
    // keys_test.ts tries each key in each chunk size without a terminal.
    for (const size of [SIZES[index % SIZES.length]]) {
      it(`reads a hidden key from ${what}, in chunks of ${size} bytes`, async () => {
        const steps = [{ wait: PROMPT, send: keys(platform.key!), size }];
        const { code, output } = await onPty(["auth", "login"], env, steps);
        assertEquals([code, output.includes(platform.key!.slice(9))], [0, false], output);
      });
    }
  }

  const names: [string, string, string][] = [
    ["pasted text in many scripts", "déjà 漢字 🙂", "déjà 漢字 🙂"],
    ["the first line of a paste", "nightly\nrest", "nightly"],
    ["the first line of a bracketed paste", "\x1b[200~nightly\nrest\x1b[201~", "nightly"],
    ["text with mouse reports", "night\x1b[<0;12;40Mly", "nightly"],
    ["a line with Backspace after an emoji", "a🙂\x7fb", "ab"],
  ];
  for (const [index, [what, text, name]] of names.entries()) {
    for (const size of [SIZES[index % SIZES.length]]) {
      it(`reads a name from ${what}, in chunks of ${size} bytes`, async () => {
        const flags = ["--scope", "prj_1", "--permission", "upload_results", "--expires", "30d"];
        const steps = [
          { wait: "Name:", send: text.includes("\n") && !text.includes("\x1b") ? text : `${text}\r`, size },
          { wait: "Continuous integration", send: "\x1b[B\x1b[B\x1b[B\r", size },
        ];
        const keyEnv = { ...env, FLUXLOOP_API_KEY: platform.key! };
        const { code, output } = await onPty(["apikeys", "create", ...flags], keyEnv, steps);
        assertEquals(code, 0, output);
        assertStringIncludes(output, "flux_ci_");
        const { stdout } = await fluxloop(["apikeys", "list", "--json"], { env: keyEnv });
        assertEquals(JSON.parse(stdout).api_keys.at(-1).name, name);
      });
    }
  }

  it("selects the right item when several arrow keys arrive at once", async () => {
    const profiles = ["a", "b", "c", "d"].map((it) => `  ${it}:\n    api_key: flux_dev_${it}\n`);
    await Deno.mkdir(`${home}/.fluxloop`, { mode: 0o700 });
    await Deno.writeTextFile(`${home}/.fluxloop/credentials`, `profiles:\n${profiles.join("")}`, { mode: 0o600 });
    await onPty(["auth", "switch"], env, [{ wait: "d", send: "\x1b[B\x1b[B\x1b[B\r" }]);
    assertStringIncludes(await Deno.readTextFile(`${home}/.fluxloop/credentials`), "default_profile: d\n");
  });

  it("hides the key for --api-key-stdin, too", async () => {
    const steps = [{ wait: PROMPT, send: `${platform.key}\n` }];
    const { code, output } = await onPty(["auth", "login", "--api-key-stdin"], env, steps);
    assertEquals([code, output.includes("Please enter your API key")], [0, true]);
    assertEquals(output.includes(platform.key!.slice(9)), false);
  });

  const interruptions: Record<string, Omit<Step, "wait">> = {
    "Ctrl-C": { send: "flux\x03" },
    SIGINT: { send: "flux", signal: "SIGINT" },
    SIGTERM: { send: "flux", signal: "SIGTERM" },
    SIGHUP: { send: "flux", signal: "SIGHUP" },
  };
  // All prompts handle all signals the same way, so not every combination is tested.
  const prompts: [string, string[], string, (keyof typeof interruptions)[]][] = [
    ["the hidden prompt", ["auth", "login"], PROMPT, Object.keys(interruptions)],
    ["a text prompt", ["apikeys", "create"], "Name:", ["Ctrl-C", "SIGTERM"]],
    ["a selection", ["apikeys", "delete", "key_1"], "Delete the key", ["Ctrl-C", "SIGHUP"]],
  ];
  for (const [what, args, wait, hows] of prompts) {
    for (const how of hows) {
      it(`restores the terminal after ${how} in ${what}`, async () => {
        const promptEnv = args[0] === "auth" ? env : { ...env, FLUXLOOP_API_KEY: platform.key! };
        const { code, output, isCooked } = await onPty(args, promptEnv, [{ ...interruptions[how], wait }]);
        const last = (a: string, b: string) => output.lastIndexOf(a) > output.lastIndexOf(b);
        const cursor = last("\x1b[?25h", "\x1b[?25l");
        const paste = last("\x1b[?2004l", "\x1b[?2004h");
        assertEquals({ code, isCooked, cursor, paste }, { code: 130, isCooked: true, cursor: true, paste: true });
      });
    }
  }

  it("exits with 130 when the terminal hangs up", async () => {
    const { code } = await onPty(["auth", "login"], env, [{ wait: PROMPT, send: "flux", hangUp: true }]);
    assertEquals(code, 130);
  });
});
