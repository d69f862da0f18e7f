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

describe("the credentials lock", () => {
  let home: CredentialsHome;
  let platform: Listener;
  let lock: string;
  let old: string;
  let holder: Deno.ChildProcess | undefined;
  /** Resolves at the platform's first request. The response is sent once `allowed` resolves. */
  let requested: PromiseWithResolvers<void>;
  let allowed: PromiseWithResolvers<void>;

  beforeEach(async () => {
    requested = Promise.withResolvers();
    allowed = Promise.withResolvers();
    platform = listen(async () => {
      requested.resolve();
      await allowed.promise;
      return Response.json({ account: { id: "usr_1", email: "john@example.com" } });
    });
    home = await CredentialsHome.open(platform.url);
    old = `profiles:\n  default:\n    api_key: ${OLD_KEY}\n    api_url: "${platform.url}"\n`;
    await home.write(old);
    lock = `${home.file}.lock`;
  });
  afterEach(async () => {
    allowed.resolve();
    await release();
    await platform.stop();
    await home.close();
    removeTestHomes();
  });

  /** Runs `work` under the lock, in this process. */
  function acquire<T>(work: () => T, timeout?: number): Promise<T> {
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

  /** Waits until this run of the program has read the credentials and sent a request to the platform. */
  function hasRequested(run: Promise<Outcome>): Promise<void> {
    const exited = run.then(({ stderr }) => Promise.reject(new Error(`exited without a request: ${stderr}`)));
    return Promise.race([requested.promise, exited]);
  }

  it("times out with an error that names its holder", async () => {
    const { pid } = await hold();
    const message = `The credentials are locked: process ${pid} has held the lock for 0.05 seconds`;
    await assertRejects(() => acquire(() => {}, 50), SystemError, message);
  });

  it("is acquired as soon as its holder has finished", async () => {
    const { stdin } = await hold();
    const order: string[] = [];
    const waiting = acquire(() => void order.push("acquired"));
    order.push("released");
    await stdin.close();
    await waiting;
    assertEquals(order, ["released", "acquired"]);
  });

  it("is released when its holder is killed", async () => {
    await hold();
    await release();
    assertEquals(await acquire(() => "acquired", 50), "acquired");
  });

  it("doesn't block readers", async () => {
    await hold();
    assertEquals((await home.run(["auth", "token"])).stdout, `${OLD_KEY}\n`);
  });

  it("doesn't block readers during a save, and they don't remove the new file", async () => {
    await hold();
    await Deno.writeTextFile(`${home.file}.new`, old);
    assertEquals((await home.run(["auth", "token"])).stdout, `${OLD_KEY}\n`);
    assertEquals(await Deno.readTextFile(`${home.file}.new`), old);
  });

  it("delays a login, which then removes a killed writer's file", async () => {
    await hold();
    await Deno.writeTextFile(`${home.file}.new`, old);
    const login = home.login(NEW_KEY);
    await release();
    allowed.resolve();
    assertEquals((await login).stderr, "");
    assertEquals(namesIn(home.folder), ["credentials", "credentials.lock"]);
    assertEquals(keysIn(await Deno.readTextFile(home.file)), { default: NEW_KEY });
  });

  it("isn't acquired by a reader that has stopped waiting for it", async () => {
    await hold();
    await Deno.writeTextFile(`${home.file}.new`, old);
    const status = home.run(["auth", "status"]);
    await hasRequested(status);
    await release();
    assertEquals(await acquire(() => "acquired", 1_000), "acquired");
    allowed.resolve();
    assertEquals((await status).code, 0);
  });

  it(`${LONG ? "makes a logout fail with exit code 1 when it isn't released" : "delays a logout"}`, async () => {
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
