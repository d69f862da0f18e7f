import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { CredentialsHome, credentialsText, namesIn, stateOf } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import type { Outcome } from "../../support/session.ts";
import { asRoot, runMounted, type User } from "../../support/users.ts";

const ELSEWHERE = "Set FLUXLOOP_HOME to a writable folder, or pass the key in FLUXLOOP_API_KEY.";
const READ_ONLY_ROOT = "mount -o remount,bind,ro / && if touch /probe 2>/dev/null; then exit 99; fi";

/** Commands that change the credentials, each with its standard input. */
const WRITING: readonly { args: string[]; stdin?: string }[] = [
  { args: ["auth", "login", "--api-key-stdin"], stdin: SECOND_KEY },
  { args: ["auth", "logout"] },
  { args: ["auth", "switch", "other"] },
];

describe("a read-only home", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(() => home.close());

  /** Opens a home of this user with two profiles. */
  async function loggedIn(user: User): Promise<void> {
    home = await CredentialsHome.open(platform.url, user);
    await home.write(credentialsText(DOCUMENTED_KEY, platform.url, ["default", "other"]));
  }

  const runReadOnly = (args: readonly string[], stdin?: string): Promise<Outcome> => {
    const prepare = `mount --bind '${home.path}' '${home.path}' && mount -o remount,bind,ro '${home.path}'`;
    const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
    return runMounted(home.user, prepare, [home.program, ...args], { env, stdin });
  };

  for (const { args, stdin } of WRITING) {
    const command = args.slice(0, 3).join(" ");

    it(`makes ${command} fail without changes when the folder has mode 0500 (ordinary)`, async () => {
      await loggedIn("ordinary");
      const before = await stateOf(home.file);
      await asRoot('chmod 500 "$1"', home.folder);
      const { code, stdout, stderr } = await home.run(args, { stdin });
      const message = `Can't save credentials to ~/.fluxloop/credentials: permission denied. ${ELSEWHERE}`;
      assertEquals([code, stdout, stderr], [2, "", `❌ Error: ${message}\n`]);
      assertEquals(await stateOf(home.file), before);
    });

    for (const user of ["root", "ordinary"] as const) {
      it(`makes ${command} fail without changes on a read-only file system (${user})`, async () => {
        await loggedIn(user);
        const before = await stateOf(home.file);
        const { code, stdout, stderr } = await runReadOnly(args, stdin);
        const message = `Can't save credentials to ~/.fluxloop/credentials: read-only file system. ${ELSEWHERE}`;
        assertEquals([code, stdout, stderr], [2, "", `❌ Error: ${message}\n`]);
        assertEquals(await stateOf(home.file), before);
      });
    }
  }

  it("makes login and logout --revoke fail before any request when the file is mounted by itself", async () => {
    await loggedIn("root");
    const before = await stateOf(home.file);
    const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
    for (const args of [["auth", "login", "--api-key", SECOND_KEY], ["auth", "logout", "--revoke"]]) {
      const command = [home.program, ...args, "--verbose"];
      const { code, stderr } = await runMounted("root", `mount --bind '${home.file}' '${home.file}'`, command, { env });
      assertEquals([code, stderr.includes("GET "), stderr.includes("DELETE ")], [2, false, false], stderr);
      assertStringIncludes(
        stderr,
        "is mounted as a single file, so it can't be replaced safely. Mount its folder instead",
      );
    }
    assertEquals([await stateOf(home.file), namesIn(home.folder)], [before, ["credentials", "credentials.lock"]]);
  });

  it("makes the first login of an ordinary user fail", async () => {
    home = await CredentialsHome.open(platform.url, "ordinary");
    await asRoot('chmod 500 "$1"', home.path);
    const { code, stdout, stderr } = await home.login(DOCUMENTED_KEY);
    const message = `Can't save credentials to ~/.fluxloop/credentials: permission denied. ${ELSEWHERE}`;
    assertEquals([code, stdout, stderr], [2, "", `❌ Error: ${message}\n`]);
  });

  it("can be read even with a killed writer's file beside the credentials", async () => {
    await loggedIn("ordinary");
    await asRoot('cp -p "$1" "$1.new"', home.file);
    for (const args of [["auth", "token"], ["auth", "list"], ["auth", "status"]]) {
      const { code, stderr } = await runReadOnly(args);
      assertEquals([code, stderr], [0, ""], args.join(" "));
    }
    await asRoot('chmod 500 "$1"', home.folder);
    assertEquals((await home.run(["auth", "token"])).stdout, `${DOCUMENTED_KEY}\n`);
  });

  for (const where of ["unset", "/nonexistent", "/"]) {
    it(`on a read-only root with HOME ${where} allows reading commands with a key from the environment`, async () => {
      home = await CredentialsHome.open(platform.url, "ordinary");
      const env = { FLUXLOOP_API_URL: platform.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY };
      const withHome = where === "unset" ? env : { ...env, HOME: where };
      const run = (args: readonly string[], stdin?: string) =>
        runMounted("ordinary", READ_ONLY_ROOT, [home.program, ...args], { env: withHome, stdin });

      for (const args of [["status"], ["whoami"], ["token"], ["list"], ["status", "--json"], ["login", "--no-save"]]) {
        const { code, stdout, stderr } = await run(["auth", ...args, ...(args[1] === "--no-save" ? KEY : [])]);
        assertEquals([code, args[0] === "list" || stderr === ""], [0, true], `${args}: ${stderr}`);
        if (args[0] === "token") assertEquals(stdout, `${DOCUMENTED_KEY}\n`);
      }
      const { code, stdout, stderr } = await run(["auth", "login", "--api-key-stdin"], SECOND_KEY);
      assertEquals([code, stdout], [2, ""]);
      const missing = "There is no home folder for credentials. Set HOME or FLUXLOOP_HOME, or pass the key";
      assertStringIncludes(stderr, where === "unset" ? missing : "Can't save credentials to ");
      assertStringIncludes(stderr, "FLUXLOOP_HOME");
    });
  }

  it("stays empty after a failed login", async () => {
    home = await CredentialsHome.open(platform.url, "root");
    assertEquals((await runReadOnly(["auth", "login", "--api-key-stdin"], DOCUMENTED_KEY)).code, 2);
    assertEquals(namesIn(home.path), []);
  });
});

const KEY = ["--api-key", DOCUMENTED_KEY];
