import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { Context, ProgramOptions, ProgramResult } from "../../src/context.ts";
import { runProgram } from "../../src/system/processes.ts";
import { CredentialHelper, keychainName, secretReference } from "../../src/credentials/credential_helper.ts";
import { ConfigurationError, FluxloopError, InterruptedError, SystemError } from "../../src/errors.ts";
import { causeChain } from "../../src/api_client/connection_failure.ts";
import { stored } from "../support/profile.ts";
import { removeTestHomes, world } from "../support/world.ts";

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";
/** A key in an unknown format, which isn't recognized in output. */
const ODD_KEY = "correct-horse.battery!staple";
const REFERENCE = "https://api.fluxloop.ai/fluxloop/0123456789ab/work";
const FOUND = result(0, JSON.stringify({ ServerURL: REFERENCE, Username: "u", Secret: `{"api_key":"${KEY}"}` }));
const NOT_FOUND = result(1, "credentials not found in native keychain\n");

type Script = Record<string, ProgramResult | Error | "never">;

function result(code: number, stdout = "", stderr = ""): ProgramResult {
  return { code, stdout, stderr };
}

/** The runtime's error for a program that isn't installed. */
const missing = () => new Deno.errors.NotFound("Failed to spawn: entity not found");

/** A machine where `script` gives the result of each program and action (`pass get`, or `get` for all programs). */
function machine(script: Script, os: typeof Deno.build.os = "linux") {
  const calls: { call: string; options: ProgramOptions }[] = [];
  const { context, stop } = world({
    runProgram: (program, options) => {
      const call = `${program.replace("docker-credential-", "")} ${options.args.join(" ")}`;
      calls.push({ call, options });
      const outcome = script[call] ?? script[options.args[0]] ?? missing();
      if (outcome === "never") return untilAborted(options.signal);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  });
  const machine: Context = { ...context, system: { os, arch: "x86_64" } };
  return {
    context: machine,
    stop,
    calls: () => calls.map((it) => it.call),
    options: () => calls.map((it) => it.options),
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

/** @returns An error's exit code and full text, including its causes. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => work, FluxloopError);
  return `${error.exitCode} ${causeChain(error).join(" | ")}`;
}

describe("credential helper", () => {
  afterEach(removeTestHomes);

  it("passes the secret on standard input, and returns the helper's name", async () => {
    const { context, calls, options } = machine({ store: result(0) });
    assertEquals(await new CredentialHelper(context, null).store(REFERENCE, stored(KEY)), "secretservice");
    assertEquals(calls(), ["secretservice store"]);
    const { ServerURL, Username, Secret } = JSON.parse(options()[0].input);
    assertEquals([ServerURL, Username, JSON.parse(Secret)], [REFERENCE, "fluxloop", { api_key: KEY }]);
  });

  it("hides API keys in the environment from helpers", async () => {
    const { context, options } = machine({ get: FOUND });
    await new CredentialHelper(context, "pass").get(REFERENCE);
    assertEquals(options()[0].env, { FLUXLOOP_API_KEY: "", FLUXLOOP_SYNC_API_KEY: "", FLUXLOOP_API_KEY_FILE: "" });
  });

  it("sends only the reference to get a secret", async () => {
    const { context, calls, options } = machine({ "pass get": FOUND });
    assertEquals(await new CredentialHelper(context, "docker-credential-pass").get(REFERENCE), stored(KEY));
    assertEquals([calls(), options()[0].input], [["pass get"], REFERENCE]);
  });

  it("uses the system's own helper", async () => {
    const oses = {
      darwin: "osxkeychain",
      windows: "wincred",
      linux: "secretservice",
      freebsd: "secretservice",
    } as const;
    for (const [os, helper] of Object.entries(oses)) {
      const { context } = machine({ store: result(0) }, os as keyof typeof oses);
      assertEquals(await new CredentialHelper(context, null).store(REFERENCE, stored(KEY)), helper);
    }
  });

  it("uses pass when the Secret Service's helper isn't installed", async () => {
    const { context } = machine({ "pass store": result(0) });
    assertEquals(await new CredentialHelper(context, null).store(REFERENCE, stored(KEY)), "pass");
  });

  it("doesn't fall back to pass when the Secret Service's helper fails", async () => {
    for (const failing of [result(1, "the collection is locked"), result(2), new Deno.errors.PermissionDenied("no")]) {
      const { context, calls } = machine({ "secretservice store": failing, "pass store": result(0) });
      await assertRejects(
        () => new CredentialHelper(context, null).store(REFERENCE, stored(KEY)),
        SystemError,
      );
      assertEquals(calls(), ["secretservice store"]);
    }
  });

  it("uses only the recorded helper", async () => {
    const { context } = machine({ "secretservice get": FOUND, "pass get": FOUND });
    assertEquals(
      await failureOf(new CredentialHelper(context, "gone").get(REFERENCE)),
      "2 docker-credential-gone is not installed or on the PATH; install it, or log in with --storage file",
    );
  });

  it("names the missing helpers and how to install them", async () => {
    assertEquals(
      await failureOf(new CredentialHelper(machine({}).context, null).get(REFERENCE)),
      "2 Neither docker-credential-secretservice nor docker-credential-pass is installed or on the PATH; install it " +
        "(Debian, Ubuntu: golang-docker-credential-helpers), or log in with --storage file",
    );
    const mac = new CredentialHelper(machine({}, "darwin").context, null);
    assertStringIncludes(await failureOf(mac.get(REFERENCE)), "docker-credential-osxkeychain is not installed");
  });

  it("rejects invalid helper names", () => {
    const names = ["", "docker-credential-", "../pass", "/bin/sh", "a b", "pass;id", "-x", ".", "pâss", "C:\\x", "a\n"];
    for (const name of [...names, "x".repeat(65)]) {
      const error = assertThrows(() => new CredentialHelper(machine({}).context, name), ConfigurationError);
      assertMatch(error.message, /^credential_helper must be the name of a credential helper, such as "pass"/);
    }
  });

  it("reports a missing key, however the helper reports it", async () => {
    const empty = result(0, `{"ServerURL":"${REFERENCE}","Username":"","Secret":""}`);
    for (const get of [NOT_FOUND, empty]) {
      for (
        const list of [result(0, "{}"), result(0, '{"https://other":"u"}'), result(1, "unknown action"), missing()]
      ) {
        const { context } = machine({ get, list });
        assertEquals(
          await failureOf(new CredentialHelper(context, null).get(REFERENCE)),
          '2 The key of profile "work" is no longer in the Secret Service; log in again: fluxloop auth login --profile work',
        );
      }
    }
  });

  it("distinguishes a locked keychain from a missing key", async () => {
    for (const get of [NOT_FOUND, result(2, "", "fatal error: unexpected signal\n\ngoroutine 1")]) {
      for (const listed of [REFERENCE, ""]) {
        const { context } = machine({ get, list: result(0, JSON.stringify({ [listed]: "u" })) });
        assertEquals(
          await failureOf(new CredentialHelper(context, null).get(REFERENCE)),
          '1 The Secret Service did not return the key of profile "work": it is locked or refuses access; unlock it and ' +
            "try again",
        );
      }
    }
  });

  it("explains a failure and quotes the helper", async () => {
    const reasons = {
      "Cannot create an item in a locked collection": "it is locked or refuses access; unlock it and try again",
      "keychain cannot be accessed because the current session does not allow user interaction. The keychain may be locked":
        "it is locked or refuses access",
      "The name org.freedesktop.secrets was not provided by any .service files":
        "no Secret Service is running in this session; start one",
      "Cannot autolaunch D-Bus without X11 $DISPLAY": "no Secret Service is running in this session; start one",
      'pass not initialized: exit status 1: Error: password store is empty. Try "pass init".':
        'it is not set up; run "pass init"',
      'pass not initialized: exec: "pass": executable file not found in $PATH':
        "a program that it needs is not installed",
      "exit status 2: gpg: decryption failed: No secret key": "GnuPG couldn't use your key",
      "something else went wrong": "its helper failed with exit code 1",
    };
    for (const [words, reason] of Object.entries(reasons)) {
      const { context } = machine({ store: result(1, `${words}\n`), list: result(1) });
      const text = await failureOf(new CredentialHelper(context, null).store(REFERENCE, stored(KEY)));
      assertStringIncludes(text, `1 The Secret Service did not store the key of profile "work": ${reason}`);
      assertStringIncludes(text, `(docker-credential-secretservice: ${words})`);
    }
  });

  it("never shows a key, whatever a failing helper prints", async () => {
    for (const key of [KEY, ODD_KEY]) {
      const entry = JSON.stringify({ api_key: key });
      const texts = [key, entry, JSON.stringify({ Secret: entry }), `{"Secret":"${key}`, `+ echo '${entry}'`];
      // A key in an unknown format can be recognized within a sentence only while it is being stored.
      const sentences = [`cannot keep ${key} in a locked collection`];
      for (const text of [...texts, ...sentences]) {
        for (const reply of [result(1, text), result(1, `first line\n${text}\n`), result(1, "", text)]) {
          const helper = new CredentialHelper(machine({ store: reply, get: reply }).context, "pass");
          const failures = [await failureOf(helper.store(REFERENCE, stored(key)))];
          if (key === KEY || texts.includes(text)) failures.push(await failureOf(helper.get(REFERENCE)));
          for (const failure of failures) assertEquals(failure.includes(key.slice(14, 24)), false, failure);
        }
      }
    }
  });

  it("masks anything that looks like a key", async () => {
    const tokens = { "5f2b9c0de1a84736bb20": "****", "Bearer xyz": "Bearer ****", flux_dev_abcdefgh: "flux_dev_****" };
    for (const [token, masked] of Object.entries(tokens)) {
      const { context } = machine({ get: result(1, `no entry for ${token} in /home/john/.password-store`) });
      assertStringIncludes(
        await failureOf(new CredentialHelper(context, "pass").get(REFERENCE)),
        `(docker-credential-pass: no entry for ${masked} in /home/john/.password-store)`,
      );
    }
  });

  it("shows one short line without control characters", async () => {
    const words = `the first\nsecond \x1b[31mred ${"long ".repeat(200_000)}`;
    const { context } = machine({ erase: result(1, words), list: result(1) });
    const text = await failureOf(new CredentialHelper(context, "pass").erase(REFERENCE));
    assertStringIncludes(text, "(docker-credential-pass: the first second \\x1b[31mred long long");
    assert(text.length < 400 && !text.includes("\n"), text);
  });

  it("rejects invalid output", async () => {
    const secrets = ["", "null", "[]", "{}", '{"api_key":1}', '{"api_key":""}', "text", KEY, " "];
    const wrapped = secrets.slice(1).map((Secret) => JSON.stringify({ Secret }));
    for (const stdout of [...secrets, ...wrapped, '{"Secret":{}}', "{".repeat(100_000)]) {
      const { context } = machine({ get: result(0, stdout) });
      assertEquals(
        await failureOf(new CredentialHelper(context, "pass").get(REFERENCE)),
        `1 docker-credential-pass returned a key of profile "work" that can't be read; log in again: fluxloop auth login --profile work`,
      );
    }
  });

  it("ignores unknown fields", async () => {
    const Secret = JSON.stringify({ api_key: ODD_KEY, access_token: "later" });
    const { context } = machine({ get: result(0, `${JSON.stringify({ Secret, New: 1 })}\n`) });
    assertEquals(await new CredentialHelper(context, "pass").get(REFERENCE), stored(ODD_KEY));
  });

  it("removes an entry, and accepts that it is already gone", async () => {
    const absent = result(1, "exit status 1: Error: docker-credential-helpers/aHR0 is not in the password store.");
    const fine: [ProgramResult, ProgramResult][] = [
      [result(0), result(0, "{}")],
      [result(0), result(1, "unknown action: list")],
      [NOT_FOUND, result(1)],
      [absent, result(0, '{"https://other":"u"}')],
    ];
    for (const [erase, list] of fine) {
      const { context, calls } = machine({ erase, list });
      await new CredentialHelper(context, "pass").erase(REFERENCE);
      assertEquals(calls(), ["pass erase", "pass list"]);
    }
  });

  it("fails when a removed key is still listed", async () => {
    for (const erase of [result(0), NOT_FOUND, result(1, "User canceled the operation. (-128)")]) {
      const { context } = machine({ erase, list: result(0, JSON.stringify({ [REFERENCE]: "u" })) }, "darwin");
      assertStringIncludes(
        await failureOf(new CredentialHelper(context, null).erase(REFERENCE)),
        '1 The macOS Keychain did not remove the key of profile "work": it is locked or refuses access; unlock it and',
      );
    }
  });

  it("reports a helper that can't be started", async () => {
    const refused = new Deno.errors.PermissionDenied("Failed to spawn 'docker-credential-pass': Permission denied");
    const { context } = machine({ get: refused });
    assertStringIncludes(
      await failureOf(new CredentialHelper(context, "pass").get(REFERENCE)),
      "1 docker-credential-pass could not be started: Failed to spawn 'docker-credential-pass': Permission denied",
    );
  });

  it("creates references that are platform URLs, unique to each file and profile", async () => {
    const api = new URL("https://api.fluxloop.ai:8443/v1?x=1#y");
    const reference = await secretReference(api, "/home/j/.fluxloop/credentials", "work");
    assertMatch(reference, /^https:\/\/api\.fluxloop\.ai:8443\/fluxloop\/[0-9a-f]{12}\/work$/);
    assertEquals(new URL(reference).href, reference);
    assertEquals(await secretReference(api, "/home/j/.fluxloop/credentials", "work"), reference);
    const others = [
      await secretReference(api, "/home/k/.fluxloop/credentials", "work"),
      await secretReference(api, "/home/j/.fluxloop/credentials", "Work"),
      await secretReference(new URL("http://127.0.0.1:8443"), "/home/j/.fluxloop/credentials", "work"),
    ];
    // Stores may ignore case, and compare only the path.
    assertEquals(new Set([reference, ...others].map((it) => it.toLowerCase())).size, 4);
  });

  it("names every keychain", () => {
    const titles = ["osxkeychain", "secretservice", "other", "constructor"].map(keychainName);
    assertEquals(titles, [
      "the macOS Keychain",
      "the Secret Service",
      "the store of docker-credential-other",
      "the store of docker-credential-constructor",
    ]);
  });

  it("stops at once when the program is interrupted", async () => {
    const { context, stop, options } = machine({ get: "never" });
    const getting = new CredentialHelper(context, "pass").get(REFERENCE);
    stop();
    assertEquals(options()[0].signal.aborted, true);
    await assertRejects(() => getting, InterruptedError);
  });

  it("treats a helper stopped by Ctrl-C as an interruption", async () => {
    const { context } = machine({ get: result(130) });
    await assertRejects(() => new CredentialHelper(context, "pass").get(REFERENCE), InterruptedError);
  });

  it("times out", async () => {
    const { context, calls } = machine({ get: "never" });
    assertEquals(
      await failureOf(new CredentialHelper(context, null, 10).get(REFERENCE)),
      '1 docker-credential-secretservice timed out after 0.01 seconds while accessing the key of profile "work". Unlock ' +
        "the Secret Service and try again.",
    );
    assertEquals(calls(), ["secretservice get"]);
  });
});

describe("running another program", () => {
  /** Runs a JavaScript program. */
  function evaluate(code: string, { input = "", env = {}, signal = new AbortController().signal } = {}) {
    return runProgram(Deno.execPath(), { args: ["eval", "--no-config", code], input, env, signal });
  }

  it("passes input and environment, and returns output and exit code", async () => {
    const code = `const text = await new Response(Deno.stdin.readable).text();
      console.log(text + Deno.env.get("FLUXLOOP_TEST_VARIABLE")); console.error("bad"); Deno.exit(3);`;
    const outcome = await evaluate(code, { input: "grüß ", env: { FLUXLOOP_TEST_VARIABLE: "dich", NO_COLOR: "1" } });
    assertEquals(outcome, result(3, "grüß dich\n", "bad\n"));
  });

  it("succeeds if the program ignores its input", async () => {
    assertEquals(await evaluate("", { input: "x".repeat(1_000_000) }), result(0));
  });

  it("truncates endless output", async () => {
    const { stdout } = await evaluate('for (;;) await Deno.stdout.write(new TextEncoder().encode("y".repeat(65536)));');
    assertEquals(stdout, "y".repeat(1024 * 1024));
  });

  it("reports a missing program", async () => {
    const options = { args: [], input: "", signal: new AbortController().signal };
    await assertRejects(() => runProgram("fluxloop-no-such-program", options), Deno.errors.NotFound);
  });

  it("kills the program when the signal is aborted, and throws the reason", async () => {
    const stop = new AbortController();
    const reason = new Error("the reason");
    const running = evaluate("setInterval(() => {}, 1000)", { signal: stop.signal });
    stop.abort(reason);
    assertEquals(await assertRejects(() => running), reason);
    assertEquals(await assertRejects(() => evaluate("", { signal: stop.signal })), reason);
  });
});
