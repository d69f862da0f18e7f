import { assertEquals, assertNotEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { hashSecret } from "../../../src/embedded_platform/secrets.ts";
import { after, DAY, isoTime } from "../../../src/embedded_platform/time.ts";
import { credentialsText, filesWithKeys } from "../../support/credentials_home.ts";
import { RotatedHome, RotationWorld } from "../../support/rotated_home.ts";
import { countCalls, withFault } from "../../support/strace.ts";

const isLong = Deno.env.has("FLUXLOOP_TEST_LONG");
/** Calls that change something. The test fails the last one of each; the long test fails every call of any name. */
const CHANGING = ["openat", "write", "fsync", "rename", "unlink", "linkat", "flock", "ftruncate"];
const SECRET = /flux_(dev|at|rt)_\w{20}/;
let sessions = 0;

interface Change {
  readonly args: (home: RotatedHome) => readonly string[];
  /** The initial credentials file; by default it has a key in the profile `default`. */
  readonly saved?: (home: RotatedHome, world: RotationWorld) => string;
  /** Checks the result after the second run, given the number of successful runs. */
  readonly check?: (home: RotatedHome, successes: number) => void;
  /** The exit code of a second run after a successful one; 0 by default. */
  readonly again?: number;
  /** Whether the command removes the profile's credentials. */
  readonly removes?: boolean;
  /** Whether the key may be revoked even though the command failed. */
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
  "a token refresh": { args: () => ["auth", "status"], saved: tokens },
};

/** @returns A credentials file with tokens whose access token expires soon. */
function tokens(_: RotatedHome, { storage, relay }: RotationWorld): string {
  const [access, refresh] = ["at", "rt"].map((it) => `flux_${it}_${crypto.randomUUID().replaceAll("-", "")}`);
  const now = isoTime(new Date());
  const expiresAt = after(now, 10);
  const session = ++sessions;
  storage.insert("tokens", { hash: hashSecret(access), kind: "access", session, expires_at: expiresAt });
  storage.insert("tokens", { hash: hashSecret(refresh), kind: "refresh", session, expires_at: after(now, DAY) });
  return `profiles:\n  default:\n    access_token: ${access}\n    refresh_token: ${refresh}\n` +
    `    access_token_expires: "${expiresAt}"\n    api_url: "${relay.url}"\n`;
}

describe("a failed system call", () => {
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

  /** @returns The calls to fail: a name, and which of the command's calls of that name, from 1. */
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
      if (code === 0) assertNotEquals(home.savedText(), before, "succeeded without saving");
      // A rotation saves its state before it starts.
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
    it(`during ${name} leaves a working key, and the next run succeeds`, async () => {
      const failures: string[] = [];
      for (const [call, time] of await callsOf(change)) {
        await failAt(change, call, time).catch(({ message }) => failures.push(`${call} ${time}: ${message}`));
      }
      assertEquals(failures, []);
    });
  }
});
