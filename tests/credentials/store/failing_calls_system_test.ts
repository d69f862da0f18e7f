import { assertEquals, assertNotEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { hashSecret } from "../../../src/embedded_platform/secrets.ts";
import { after, DAY, isoTime } from "../../../src/embedded_platform/time.ts";
import { credentialsText, filesWithKeys } from "../../support/credentials_home.ts";
import { RotatedHome, RotationWorld } from "../../support/rotated_home.ts";
import { countCalls, withFault } from "../../support/strace.ts";

const isLong = Deno.env.has("FLUXLOOP_TEST_LONG");
/** Calls that change something: the last one of each fails. In the long tests, each of all calls does. */
const CHANGING = ["openat", "write", "fsync", "rename", "unlink", "linkat", "flock", "ftruncate"];
const SECRET = /flux_(dev|at|rt)_\w{20}/;
let sessions = 0;

interface Change {
  readonly args: (home: RotatedHome) => readonly string[];
  /** What is saved before; a key in the profile `default` by default. */
  readonly saved?: (home: RotatedHome, world: RotationWorld) => string;
  /** Checks the files after the second run; gets the number of runs that succeeded. */
  readonly check?: (home: RotatedHome, successes: number) => void;
  /** The exit code of a run after one that succeeded; 0 by default. */
  readonly again?: number;
  /** Whether the profile has no credentials once the command has succeeded. */
  readonly removes?: boolean;
  /** Whether the key may be revoked although the command has failed. */
  readonly revokes?: boolean;
}

const CHANGES: Record<string, Change> = {
  "auth login": { args: (home) => ["auth", "login", "--api-key", home.addKey("other")] },
  "auth logout": { args: () => ["auth", "logout"], removes: true, again: 3 },
  "auth logout --revoke": { args: () => ["auth", "logout", "--revoke"], removes: true, revokes: true, again: 3 },
  "auth switch": {
    args: () => ["auth", "switch", "two"],
    saved: ({ oldKey }, { relay }) => credentialsText(oldKey, relay.url, ["default", "two"]),
  },
  "auth rotate": { args: () => ["auth", "rotate"], check: (home) => assertEquals(home.countValidKeys("laptop"), 1) },
  "apikeys create --save": {
    args: () => ["apikeys", "create", "--name", "ci", "--save", "--profile", "three"],
    check: (home, successes) => assertEquals(home.countValidKeys("ci"), successes),
  },
  "the renewal of a login": { args: () => ["auth", "status"], saved: tokens },
};

/** @returns A credentials file with tokens; the access token expires soon. */
function tokens(_: RotatedHome, { storage, relay }: RotationWorld): string {
  const [access, refresh] = ["at", "rt"].map((it) => `flux_${it}_${crypto.randomUUID().replaceAll("-", "")}`);
  const now = isoTime(new Date());
  const ends = after(now, 10);
  const session = ++sessions;
  storage.insert("tokens", { hash: hashSecret(access), kind: "access", session, expires_at: ends });
  storage.insert("tokens", { hash: hashSecret(refresh), kind: "refresh", session, expires_at: after(now, DAY) });
  return `profiles:\n  default:\n    access_token: ${access}\n    refresh_token: ${refresh}\n` +
    `    access_token_expires: "${ends}"\n    api_url: "${relay.url}"\n`;
}

describe("a system call that fails in a changing command", () => {
  let world: RotationWorld;

  beforeAll(async () => {
    world = await RotationWorld.open();
  });
  afterAll(() => world.close());

  function openHome({ saved }: Change): RotatedHome {
    const home = new RotatedHome(world);
    home.write(saved?.(home, world) ?? credentialsText(home.oldKey, world.relay.url, ["default"]));
    return home;
  }

  function pathsOf({ folder }: RotatedHome): string[] {
    return [folder, ...["credentials", "credentials.new", "credentials.lock"].map((it) => `${folder}/${it}`)];
  }

  /** @returns The calls that the command makes, each with the numbers of those that are to fail. */
  async function callsOf(change: Change): Promise<[string, number][]> {
    const home = openHome(change);
    const counts = await countCalls(pathsOf(home), async (prefix) => {
      const { code, stderr } = await home.runWrapped((program) => [...prefix, ...program], change.args(home));
      assertEquals(code, 0, stderr);
    });
    home.close();
    return [...counts].flatMap(([call, count]): [string, number][] => {
      if (isLong) return Array.from({ length: count }, (_, at) => [call, at + 1]);
      return CHANGING.includes(call) ? [[call, count]] : [];
    });
  }

  async function failAt(change: Change, call: string, time: number): Promise<void> {
    const home = openHome(change);
    try {
      const args = change.args(home);
      const before = home.savedText();
      const moment = { call, path: pathsOf(home), time };
      const { code, stdout, stderr } = await home.runWrapped((program) => withFault(moment, "EIO", program), args);
      assertEquals(SECRET.test(stdout + stderr), false, "a secret is printed");
      assertEquals(/Internal error|\bat .*:\d+:\d+/.test(stderr), false, stderr);
      assertEquals([0, 1, 2].includes(code) && (code === 0) === !stderr.includes("❌"), true, `${code} ${stderr}`);
      if (code === 0) assertNotEquals(home.savedText(), before, "success, but nothing was saved");
      // A rotation saves its state before it begins.
      if (stderr.includes("Can't save") && !args.includes("rotate")) assertEquals(home.savedText(), before, stderr);

      const isGone = code === 0
        ? change.removes === true
        : change.revokes === true && home.countValidKeys("laptop") === 0;
      const status = await home.runHere("auth", "status");
      assertEquals(status.code, isGone ? 3 : 0, `${code} ${stderr}, then status: ${status.stderr}`);
      const again = await home.runHere(...args);
      assertEquals(again.code, code === 0 ? change.again ?? 0 : 0, `${code} ${stderr}, then again: ${again.stderr}`);
      change.check?.(home, code === 0 ? 2 : 1);
      assertEquals(filesWithKeys(home.folder).filter((it) => it !== "credentials"), []);
    } finally {
      home.close();
    }
  }

  for (const [name, change] of Object.entries(CHANGES)) {
    it(`leaves a working key, and ${name} works when it is run again`, async () => {
      const failures: string[] = [];
      for (const [call, time] of await callsOf(change)) {
        await failAt(change, call, time).catch(({ message }) => failures.push(`${call} ${time}: ${message}`));
      }
      assertEquals(failures, []);
    });
  }
});
