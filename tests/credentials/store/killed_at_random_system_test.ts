import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, filesWithKeys, keysIn, namesIn } from "../../support/credentials_home.ts";
import { listen, type Listener } from "../../support/listener.ts";
import { start } from "../../support/program.ts";
import { randomNumbers } from "../../support/malformed_responses.ts";

/** The full number takes minutes. */
const KILLS = Deno.env.has("FLUXLOOP_TEST_LONG") ? 500 : 12;
/** Upper limit for the kills it takes to see each outcome. */
const MAX_KILLS = Math.max(100, KILLS);
const SEED = Math.trunc(Math.random() * 2 ** 31);
const KEYS = ["flux_dev_first000000000000000000000000", "flux_dev_second00000000000000000000000"] as const;
/** The files in the folder after a complete save. */
const NAMES = ["credentials", "credentials.lock"];
const SAVER = new URL("fixtures/save_repeatedly.ts", import.meta.url).pathname;

describe(`credentials after kill -9 at ${KILLS} random moments (seed ${SEED})`, () => {
  let random: () => number;
  let home: CredentialsHome;
  let platform: Listener;
  let requested: PromiseWithResolvers<void>;

  beforeEach(async () => {
    random = randomNumbers(SEED);
    platform = listen(() => {
      requested.resolve();
      return Response.json({ account: { id: "usr_1", email: "john@example.com" } });
    });
    requested = Promise.withResolvers();
    home = await CredentialsHome.open(platform.url);
  });
  afterEach(async () => {
    await platform.stop();
    await home.close();
  });

  const saved = () => Deno.readTextFile(home.file).catch(() => "");

  /** Starts a login, and waits until its key has been verified: saving it comes next. */
  async function startedLogin(key: string): Promise<Deno.ChildProcess> {
    requested = Promise.withResolvers();
    const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
    const login = start(["auth", "login", "--api-key", key], { env });
    await Promise.race([requested.promise, login.status]);
    return login;
  }

  it("during a login are either the old or the new ones, and the next command works and cleans up", async () => {
    await home.loginHere(KEYS[0]);
    const first = await saved();
    const texts = { [KEYS[0]]: first, [KEYS[1]]: first.replace(KEYS[0], KEYS[1]) };
    const outcomes = { old: 0, new: 0 };
    // The time until the kill, in reads of the file: longer after a kill that was too early, shorter after a late one.
    let reads = 10;
    const isOneSided = () => outcomes.old === 0 || outcomes.new === 0;
    for (let round = 0; round < KILLS || (isOneSided() && round < MAX_KILLS); round++) {
      const before = await saved();
      const key = before === texts[KEYS[0]] ? KEYS[1] : KEYS[0];
      const login = await startedLogin(key);
      for (let left = reads * (0.5 + random()); left > 0; left--) await saved();
      await kill9(login);

      const text = await saved();
      assertEquals([before, texts[key]].includes(text), true, text);
      outcomes[text === before ? "old" : "new"]++;
      reads *= text === before ? 1.5 : 0.67;
      assertEquals((await home.runHere(["auth", round % 2 === 0 ? "list" : "status"])).code, 0);
      assertEquals([namesIn(home.folder), filesWithKeys(home.folder)], [NAMES, ["credentials"]]);
    }
    assertEquals(isOneSided(), false, `too early or too late: ${JSON.stringify(outcomes)}`);
  });

  it("of a process that saves in a loop are complete", async () => {
    let partial = 0;
    for (let round = 0; round < KILLS || (partial === 0 && round < MAX_KILLS); round++) {
      const saver = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", SAVER],
        env: { FLUXLOOP_HOME: home.folder },
        stdout: "piped",
      }).spawn();
      const output = saver.stdout.getReader();
      assertEquals((await output.read()).done, false, "the saver has exited");
      output.releaseLock();
      for (let reads = random() * 20; reads > 0; reads--) await saved();
      await kill9(saver);

      const text = await saved();
      assertEquals(/^profiles:\n {2}default:\n {4}api_key: flux_dev_(0{30}|1{30})\n$/.test(text), true, text);
      assertEquals(Object.keys(keysIn(text)), ["default"]);
      if (filesWithKeys(home.folder).length > 1) partial++;
    }
    assertEquals(partial > 0, true, "no kill interrupted a save");
    assertEquals((await home.runHere(["auth", "list"])).code, 0);
    assertEquals([namesIn(home.folder), filesWithKeys(home.folder)], [NAMES, ["credentials"]]);
  });
});

async function kill9(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has already exited.
  }
  await child.output();
}
