import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, filesWithKeys, namesIn, stateOf } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import type { Outcome } from "../../support/session.ts";
import { withFault, withTrace } from "../../support/strace.ts";
import { runAs } from "../../support/users.ts";

/** Calls that sync a file, rename it, or print. */
const CALLS = ["/sync$", "/^rename", "write"];

/** Commands that save, and what they print afterwards. */
const SUCCESSES: readonly { args: string[]; success: string }[] = [
  { args: ["auth", "login", "--api-key", SECOND_KEY], success: "Successfully authenticated" },
  { args: ["auth", "logout"], success: "Logged out" },
  { args: ["auth", "switch", "other"], success: "other" },
];

describe("saving credentials", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(async () => {
    home = await CredentialsHome.open(platform.url);
  });
  afterEach(() => home.close());

  const run = (command: readonly string[]): Promise<Outcome> =>
    runAs(home.user, command, { env: { HOME: home.path, FLUXLOOP_API_URL: platform.url } });

  /** @returns The calls on these files and the one that prints the success, in order: `fsync credentials.new`. */
  async function callsOf(args: readonly string[], success: string): Promise<string[]> {
    const log = `${home.path}/calls`;
    const { code, stderr } = await run(withTrace(log, CALLS, [home.program, ...args]));
    assertEquals([code, stderr], [0, ""]);
    const lines = (await Deno.readTextFile(log)).split("\n");
    return lines.flatMap((line) => {
      const [, call, rest] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
      if (call === "write") return /^1</.test(rest) && rest.includes(success) ? ["success"] : [];
      const files = [...rest?.matchAll(new RegExp(`[<"]${home.path}/?([^">]*)[">]`, "g")) ?? []];
      return files.length === 0 ? [] : [`${call.replace("fdatasync", "fsync")} ${files.map((it) => it[1]).join(" ")}`];
    }).map((it) => it.replace(/^rename\w*/, "rename"));
  }

  const SAVE = [
    "fsync .fluxloop/credentials.new",
    "rename .fluxloop/credentials.new .fluxloop/credentials",
    "fsync .fluxloop",
  ];

  /** Drops the calls with which a login first checks that it can save. */
  const saveIn = (calls: readonly string[]) => calls.slice(calls.lastIndexOf(SAVE[0]));

  for (const { args, success } of SUCCESSES) {
    it(`syncs the file and then its folder before ${args.slice(0, 2).join(" ")} reports success`, async () => {
      await home.loginHere(DOCUMENTED_KEY);
      await home.loginHere(DOCUMENTED_KEY, "other");
      assertEquals(saveIn(await callsOf(args, success)), [...SAVE, "success"]);
    });
  }

  it("syncs the home folder too when the first login creates ~/.fluxloop", async () => {
    const calls = await callsOf(SUCCESSES[0].args, SUCCESSES[0].success);
    assertEquals(saveIn(calls), [...SAVE, "success"]);
    const home = calls.indexOf("fsync ");
    assertEquals(home >= 0 && home < calls.indexOf("success"), true, "the home folder isn't synced");
  });

  const faults = [
    { what: "writing the new file", call: "write", time: 2, on: "/credentials.new", fault: "EIO" },
    {
      what: "writing the new file",
      call: "write",
      time: 2,
      on: "/credentials.new",
      fault: "ENOSPC",
    },
    { what: "syncing the new file", call: "/sync$", time: 2, on: "/credentials.new", fault: "EIO" },
    {
      what: "syncing the new file",
      call: "/sync$",
      time: 2,
      on: "/credentials.new",
      fault: "ENOSPC",
    },
    { what: "renaming the new file", call: "/^rename", time: 1, on: "/credentials.new", fault: "EIO" },
  ] as const;
  for (const { what, call, on, fault, time } of faults) {
    it(`keeps the old credentials and no other copy of a key when ${what} fails with ${fault}`, async () => {
      await home.loginHere(DOCUMENTED_KEY);
      const before = await stateOf(home.file);
      const login = [home.program, ...SUCCESSES[0].args];
      const { code, stdout, stderr } = await run(withFault({ call, path: home.folder + on, time }, fault, login));
      assertEquals([code, stdout], [1, ""]);
      const reason = fault === "ENOSPC" ? "the disk is full. Free some space and try again." : "system error (EIO).";
      assertEquals(stderr, `❌ Error: Can't save credentials to ~/.fluxloop/credentials: ${reason}\n`);
      assertEquals(await stateOf(home.file), before);
      assertEquals([namesIn(home.folder), filesWithKeys(home.folder)], [["credentials", "credentials.lock"], [
        "credentials",
      ]]);
    });
  }

  const tolerated: [string, { call: string; on: string; fault: "EIO" | "ENOSPC" }][] = [
    ["the folder can't be synced", { call: "/sync$", on: "", fault: "EIO" }],
    ["the process ID can't be written to the lock", { call: "write", on: "/credentials.lock", fault: "ENOSPC" }],
  ];
  for (const [what, { call, on, fault }] of tolerated) {
    it(`succeeds even if ${what}`, async () => {
      await home.loginHere(DOCUMENTED_KEY);
      const before = await stateOf(home.file);
      const { code, stderr } = await run(withFault({ call, path: home.folder + on }, fault, [
        home.program,
        ...SUCCESSES[0].args,
      ]));
      assertEquals([code, stderr], [0, ""]);
      assertNotEquals((await stateOf(home.file)).text, before.text);
    });
  }

  for (const error of ["ENOSYS", "ENOLCK", "EOPNOTSUPP"] as const) {
    it(`works on a file system without locks (${error}), and --verbose says so`, async () => {
      const login = [home.program, ...SUCCESSES[0].args, "--verbose"];
      const command = withFault({ call: "flock", path: `${home.folder}/credentials.lock` }, error, login);
      const { code, stderr } = await run(command);
      assertEquals([code, filesWithKeys(home.folder)], [0, ["credentials"]]);
      assertStringIncludes(stderr, "no file locks on this file system");
    });
  }
});
