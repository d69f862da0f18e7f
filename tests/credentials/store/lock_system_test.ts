import { assertEquals, assertRejects } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { withFileLock } from "../../../src/credentials/file_lock.ts";
import { requireCredentialsLocation } from "../../../src/credentials/location.ts";
import { SystemError } from "../../../src/errors.ts";
import { CredentialsHome, keysIn, namesIn } from "../../support/credentials_home.ts";
import { listen, type Listener } from "../../support/listener.ts";
import type { Outcome } from "../../support/session.ts";
import { removeTestHomes, world } from "../../support/world.ts";

const LONG = Deno.env.has("FLUXLOOP_TEST_LONG");
const HOLDER = new URL("fixtures/hold_lock.ts", import.meta.url).pathname;
const OLD_KEY = "flux_dev_old0000000000000000000000000";
const NEW_KEY = "flux_dev_new0000000000000000000000000";

describe("the lock of the credentials", () => {
  let home: CredentialsHome;
  let platform: Listener;
  let lock: string;
  let old: string;
  let holder: Deno.ChildProcess | undefined;
  /** Resolves at the platform's first request, which it answers on demand. */
  let asked: PromiseWithResolvers<void>;
  let answered: PromiseWithResolvers<void>;

  beforeEach(async () => {
    asked = Promise.withResolvers();
    answered = Promise.withResolvers();
    platform = listen(async () => {
      asked.resolve();
      await answered.promise;
      return Response.json({ account: { id: "usr_1", email: "john@example.com" } });
    });
    home = await CredentialsHome.open(platform.url);
    old = `profiles:\n  default:\n    api_key: ${OLD_KEY}\n    api_url: "${platform.url}"\n`;
    await home.write(old);
    lock = `${home.file}.lock`;
  });
  afterEach(async () => {
    answered.resolve();
    await release();
    await platform.stop();
    await home.close();
    removeTestHomes();
  });

  /** Runs `work` under the lock, in this process. */
  function take<T>(work: () => T, timeout?: number): Promise<T> {
    return withFileLock(requireCredentialsLocation(world().context), lock, work, timeout);
  }

  /** Starts a process that holds the lock until {@linkcode release}. */
  async function hold(): Promise<Deno.ChildProcess> {
    const args = ["run", "-A", "--no-check", HOLDER, lock];
    holder = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
    const output = holder.stdout.getReader();
    await output.read();
    output.releaseLock();
    return holder;
  }

  async function release(): Promise<void> {
    if (holder === undefined) return;
    const ending = holder;
    holder = undefined;
    ending.kill("SIGKILL");
    await ending.stdin.close().catch(() => {});
    await ending.output();
  }

  /** Waits until this run of the program has read the credentials, and asks the platform. */
  function hasAsked(run: Promise<Outcome>): Promise<void> {
    const ended = run.then(({ stderr }) => Promise.reject(new Error(`It has ended without asking: ${stderr}`)));
    return Promise.race([asked.promise, ended]);
  }

  it("is waited for within a limit; the error names its holder", async () => {
    const { pid } = await hold();
    const sentence = `The credentials are locked: process ${pid} has held the lock for 0.05 seconds`;
    await assertRejects(() => take(() => {}, 50), SystemError, sentence);
  });

  it("is granted as soon as its holder has finished", async () => {
    const { stdin } = await hold();
    const order: string[] = [];
    const waiting = take(() => void order.push("taken"));
    order.push("let go");
    await stdin.close();
    await waiting;
    assertEquals(order, ["let go", "taken"]);
  });

  it("is released when its holder is killed", async () => {
    await hold();
    await release();
    assertEquals(await take(() => "taken", 50), "taken");
  });

  it("doesn't block readers", async () => {
    await hold();
    assertEquals((await home.run(["auth", "token"])).stdout, `${OLD_KEY}\n`);
  });

  it("doesn't block readers during a save, which leave the new file to its writer", async () => {
    await hold();
    await Deno.writeTextFile(`${home.file}.new`, old);
    assertEquals((await home.run(["auth", "token"])).stdout, `${OLD_KEY}\n`);
    assertEquals(await Deno.readTextFile(`${home.file}.new`), old);
  });

  it("is waited for by a login, which then removes a killed writer's file", async () => {
    await hold();
    await Deno.writeTextFile(`${home.file}.new`, old);
    const login = home.login(NEW_KEY);
    await release();
    answered.resolve();
    assertEquals((await login).stderr, "");
    assertEquals(namesIn(home.folder), ["credentials", "credentials.lock"]);
    assertEquals(keysIn(await Deno.readTextFile(home.file)), { default: NEW_KEY });
  });

  it("isn't granted to a reader that has stopped waiting for it", async () => {
    await hold();
    await Deno.writeTextFile(`${home.file}.new`, old);
    const status = home.run(["auth", "status"]);
    await hasAsked(status);
    await release();
    assertEquals(await take(() => "taken", 1_000), "taken");
    answered.resolve();
    assertEquals((await status).code, 0);
  });

  it(`that is held ${LONG ? "makes a logout fail with exit code 1" : "is waited for by a logout"}`, async () => {
    const { pid } = await hold();
    const logout = home.run(["auth", "logout"]);
    if (!LONG) await release();
    const { code, stderr } = await logout;
    const failure =
      `❌ Error: The credentials are locked: process ${pid} has held the lock for 10 seconds. Wait for it to finish, then try again.\n`;
    assertEquals([code, stderr], LONG ? [1, failure] : [0, ""]);
    assertEquals(Object.keys(keysIn(await Deno.readTextFile(home.file))), LONG ? ["default"] : []);
  });
});
