import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { runProgram } from "../../src/system/processes.ts";
import { CredentialHelper, secretReference } from "../../src/credentials/credential_helper.ts";
import { ConfigurationError, InterruptedError, SystemError } from "../../src/errors.ts";
import { createPassStore, type PassStore } from "../support/pass_store.ts";
import { stored } from "../support/profile.ts";
import { type SecretService, startSecretService } from "../support/secret_service.ts";
import { removeTestHomes, world } from "../support/world.ts";

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";
const API = new URL("https://api.fluxloop.ai");
const WORK = await secretReference(API, "/home/john/.fluxloop/credentials", "work");
const HOME = await secretReference(API, "/home/john/.fluxloop/credentials", "home");

/** @returns A world in which helpers run with `env` over this process's own environment. */
function within(env: Readonly<Record<string, string>>) {
  return world({
    runProgram: (program, options) => runProgram(program, { ...options, env: { ...env, ...options.env } }),
  });
}

function helperIn(env: Readonly<Record<string, string>>, name: string | null): CredentialHelper {
  return new CredentialHelper(within(env).context, name);
}

async function assertFails(work: Promise<unknown>, kind: typeof SystemError, ...parts: string[]): Promise<void> {
  const { message } = await assertRejects(() => work, kind);
  for (const part of parts) assertStringIncludes(message, part);
  assertEquals(message.includes("\n") || message.includes(KEY), false, message);
}

/** Asserts what every store must do. */
async function assertKeepsSecrets(helper: CredentialHelper): Promise<void> {
  await assertRejects(() => helper.get(WORK), ConfigurationError, 'The key of profile "work" is no longer in ');
  await helper.erase(WORK);

  await helper.store(WORK, stored("the first"));
  await helper.store(HOME, stored(`"quoted" \\ 'key' é`));
  await helper.store(WORK, stored(KEY));
  assertEquals(await helper.get(WORK), stored(KEY));
  assertEquals(await helper.get(HOME), stored(`"quoted" \\ 'key' é`));

  await helper.erase(WORK);
  await helper.erase(WORK);
  await assertRejects(() => helper.get(WORK), ConfigurationError, "; log in again: fluxloop auth login --profile work");
  assertEquals(await helper.get(HOME), stored(`"quoted" \\ 'key' é`));
}

describe("credential helper with a Secret Service", () => {
  let service: SecretService;
  let helper: CredentialHelper;

  beforeEach(async () => {
    service = await startSecretService();
    helper = helperIn(service.env, null);
  });
  afterEach(async () => {
    await service.stop();
    removeTestHomes();
  });

  it("keeps secrets", async () => {
    await assertKeepsSecrets(helper);
    assertEquals(await helper.store(WORK, stored(KEY)), "secretservice");
  });

  it("keeps a secret across a restart of the service, and not in plain text", async () => {
    await helper.store(WORK, stored(KEY));
    await service.restartUnlocked();
    assertEquals(await helper.get(WORK), stored(KEY));
    const search = { args: ["-rlF", KEY, service.env.HOME], input: "", signal: new AbortController().signal };
    assertEquals(await runProgram("grep", search), { code: 1, stdout: "", stderr: "" });
  });

  const locks = {
    "locked by the user": (it: SecretService) => it.lock(),
    "that hasn't been unlocked yet": (it: SecretService) => it.restartLocked(),
  };
  for (const [title, lock] of Object.entries(locks)) {
    it(`fails to return, store or remove a key in a keyring ${title}`, async () => {
      await helper.store(WORK, stored(KEY));
      await lock(service);
      const locked = "it is locked or refuses access; unlock it and try again";
      const about = 'the key of profile "work"';
      await assertFails(helper.get(WORK), SystemError, `The Secret Service did not return ${about}: ${locked}`);
      await assertFails(helper.erase(WORK), SystemError, `The Secret Service did not remove ${about}: ${locked}`);
      const again = helper.store(WORK, stored("another"));
      await assertFails(again, SystemError, `The Secret Service did not store ${about}: ${locked}`);
    });
  }

  it("reports a missing service", async () => {
    await service.stopDaemon();
    const none =
      "no Secret Service is running in this session; start one (GNOME Keyring, KWallet), or log in with --storage file";
    await assertFails(helper.store(WORK, stored(KEY)), SystemError, none);
    await assertFails(helper.get(WORK), SystemError, none);
    await assertFails(helper.erase(WORK), SystemError, none);
  });

  it("reports a missing bus as a missing service", async () => {
    for (const address of ["", "unix:path=/nowhere"]) {
      const busless = helperIn({ ...service.env, DBUS_SESSION_BUS_ADDRESS: address, DISPLAY: "" }, null);
      await assertFails(busless.get(WORK), SystemError, "no Secret Service is running in this session");
    }
  });
});

describe("credential helper with pass", () => {
  let pass: PassStore | undefined;

  afterEach(async () => {
    await pass?.remove();
    pass = undefined;
    removeTestHomes();
  });

  it("keeps secrets", async () => {
    pass = await createPassStore();
    await assertKeepsSecrets(helperIn(pass.env, "pass"));
  });

  it("is the fallback when the Secret Service's helper isn't installed", async () => {
    pass = await createPassStore();
    const programs = `${pass.env.HOME}/bin`;
    Deno.mkdirSync(programs);
    for (const entry of Deno.readDirSync("/usr/bin")) {
      if (entry.name !== "docker-credential-secretservice") {
        Deno.symlinkSync(`/usr/bin/${entry.name}`, `${programs}/${entry.name}`);
      }
    }
    const helper = helperIn({ ...pass.env, PATH: programs }, null);
    assertEquals(await helper.store(WORK, stored(KEY)), "pass");
    assertEquals(await helper.get(WORK), stored(KEY));
  });

  it("reports that pass isn't set up", async () => {
    pass = await createPassStore({ initialized: false });
    const storing = helperIn(pass.env, "pass").store(WORK, stored(KEY));
    await assertFails(storing, SystemError, 'it is not set up; run "pass init", or log in with --storage file');
  });

  it("reports that GnuPG couldn't use the key", async () => {
    pass = await createPassStore();
    const helper = helperIn(pass.env, "pass");
    await helper.store(WORK, stored(KEY));
    await runProgram("gpgconf", {
      args: ["--kill", "all"],
      input: "",
      env: pass.env,
      signal: new AbortController().signal,
    });
    Deno.removeSync(`${pass.env.GNUPGHOME}/private-keys-v1.d`, { recursive: true });
    await assertFails(
      helper.get(WORK),
      SystemError,
      "GnuPG couldn't use your key",
      "(docker-credential-pass: exit status 2: gpg:",
    );
    await helper.erase(WORK);
  });

  it("never passes a secret in arguments or environment variables", async () => {
    pass = await createPassStore();
    const spies = `${pass.env.HOME}/spies`;
    const log = `${spies}/log`;
    Deno.mkdirSync(spies);
    const wrapped = { "docker-credential-spy": "docker-credential-pass", pass: "pass", gpg: "gpg" };
    for (const [name, program] of Object.entries(wrapped)) {
      const script = `#!/bin/sh\n{ echo "run ${name}" "$@"; env; } >> ${log}\nexec /usr/bin/${program} "$@"\n`;
      Deno.writeTextFileSync(`${spies}/${name}`, script, { mode: 0o700 });
    }
    Deno.env.set("FLUXLOOP_API_KEY", KEY);
    try {
      const helper = helperIn({ ...pass.env, PATH: `${spies}:${pass.env.PATH}` }, "docker-credential-spy");
      assertEquals(await helper.store(WORK, stored(KEY)), "spy");
      assertEquals(await helper.get(WORK), stored(KEY));
      await helper.erase(WORK);
    } finally {
      Deno.env.delete("FLUXLOOP_API_KEY");
    }
    const seen = Deno.readTextFileSync(log);
    const helperRuns = seen.match(/^run docker-credential-spy .*$/gm);
    assertEquals(helperRuns, ["store", "get", "erase", "list"].map((it) => `run docker-credential-spy ${it}`));
    assert(/^run pass /m.test(seen) && /^run gpg /m.test(seen), "the spies were not called");
    assertEquals(seen.includes(KEY), false);
    assertStringIncludes(seen, "\nFLUXLOOP_API_KEY=\n");
  });
});

describe("a hanging credential helper", () => {
  let folder: string;

  beforeEach(() => {
    folder = Deno.makeTempDirSync({ prefix: "fluxloop-helper-" });
    // Its child keeps its outputs open, and it ignores SIGTERM.
    const script = "#!/bin/sh\ntrap '' TERM INT\nsleep 600 &\necho $$ $! > \"$0.pid\"\nwait\n";
    Deno.writeTextFileSync(`${folder}/docker-credential-hangs`, script, { mode: 0o700 });
  });
  afterEach(() => {
    const [, child] = Deno.readTextFileSync(`${folder}/docker-credential-hangs.pid`).split(" ").map(Number);
    Deno.kill(child, "SIGKILL");
    Deno.removeSync(folder, { recursive: true });
    removeTestHomes();
  });

  /** Waits until the helper is running. */
  async function running(): Promise<void> {
    for await (const _ of Deno.watchFs(folder)) {
      if (/ \d+\n/.test(await Deno.readTextFile(`${folder}/docker-credential-hangs.pid`).catch(() => ""))) return;
    }
  }

  it("is killed when the program is interrupted", async () => {
    const started = running();
    const { context, stop } = within({ PATH: `${folder}:/usr/bin:/bin` });
    const getting = new CredentialHelper(context, "hangs").get(WORK);
    await started;
    stop();
    await assertRejects(() => getting, InterruptedError);
    const [helper] = Deno.readTextFileSync(`${folder}/docker-credential-hangs.pid`).split(" ").map(Number);
    await assertRejects(() => Deno.stat(`/proc/${helper}`), Deno.errors.NotFound);
  });
});
