import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { namesIn } from "../support/credentials_home.ts";
import { createPassStore } from "../support/pass_store.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { base, fluxloop } from "../support/program.ts";
import { type SecretService, startSecretService } from "../support/secret_service.ts";

/** A credential store of the system. */
interface Store {
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const STORES: Readonly<Record<string, () => Promise<Store>>> = {
  secretservice: async () => {
    const { env, stop } = await startSecretService();
    return { title: "the Secret Service", env, close: stop };
  },
  pass: async () => {
    const { env, remove } = await createPassStore();
    return { title: "the password store of pass", env, close: remove };
  },
};

let platform: TestPlatform;
const credentials = (env: Readonly<Record<string, string>>) => `${env.HOME}/.fluxloop/credentials`;

for (const [helper, open] of Object.entries(STORES)) {
  describe(`a key in the store of ${helper} (Deno ${base().deno})`, () => {
    let store: Store;
    const run = (args: string[], env: Record<string, string> = {}, stdin?: string) =>
      fluxloop(args, { env: { ...store.env, FLUXLOOP_API_URL: platform.url, ...env }, stdin });
    const login = (key: string, ...args: string[]) => run(["auth", "login", "--api-key-stdin", ...args], {}, key);

    beforeAll(async () => {
      platform = await startPlatform();
      store = await open();
      // The file names the helper, so that no other one is used.
      await Deno.mkdir(`${store.env.HOME}/.fluxloop`, { mode: 0o700 });
    });
    afterAll(async () => {
      await store.close();
      await platform.stop();
    });
    beforeEach(() =>
      Deno.writeTextFile(credentials(store.env), `credential_helper: ${helper}\nprofiles: {}\n`, { mode: 0o600 })
    );
    afterEach(async () => {
      assertEquals((await run(["auth", "logout", "--all"])).code, 0);
    });

    it("is saved there, and not in the file", async () => {
      const { code, stdout } = await login(DOCUMENTED_KEY, "--storage", "keychain");
      assertEquals(code, 0);
      assertStringIncludes(stdout, `✅ API key saved to ${store.title}\n`);
      const text = await Deno.readTextFile(credentials(store.env));
      assertEquals([text.includes("flux_dev"), text.includes("storage: keychain")], [false, true]);
    });

    it("is used by all commands, and status shows where it is stored", async () => {
      await login(DOCUMENTED_KEY, "--storage", "keychain");
      assertEquals((await run(["auth", "token"])).stdout, `${DOCUMENTED_KEY}\n`);
      assertEquals((await run(["auth", "whoami"])).code, 0);
      const { stdout } = await run(["auth", "status"]);
      assertStringIncludes(stdout, `API Key: flux_dev_abc1...mno34\nStored in: ${store.title}\n`);
      assertEquals(JSON.parse((await run(["auth", "status", "--json"])).stdout).api_key.storage, "keychain");
      assertStringIncludes((await run(["auth", "list"])).stdout, "(in the keychain)");
    });

    it("is rotated in all profiles that share it, without orphaned entries", async () => {
      const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY };
      const key = (await run(["apikeys", "create", "--name", "rotated", "-q"], env)).stdout.trim();
      for (const profile of ["one", "two"]) await login(key, "--storage", "keychain", "--profile", profile);
      const { code, stdout } = await run(["auth", "rotate", "--profile", "one"]);
      assertEquals(code, 0);
      assertStringIncludes(stdout, `✅ Saved to ${store.title}, also in profile "two"\n`);
      const tokens = await Promise.all(["one", "two"].map((it) => run(["auth", "token", "--profile", it])));
      assertEquals([tokens[0].stdout === `${key}\n`, tokens[0].stdout], [false, tokens[1].stdout]);
      assertEquals((await Deno.readTextFile(credentials(store.env))).includes("flux_dev"), false);
      const list = new Deno.Command(`docker-credential-${helper}`, { args: ["list"], clearEnv: true, env: store.env });
      const entries = Object.keys(JSON.parse(new TextDecoder().decode((await list.output()).stdout)));
      assertEquals(entries.map((it) => it.split("/").at(-1)).sort(), ["one", "two"]);
    });

    it("is removed by logout", async () => {
      await login(DOCUMENTED_KEY, "--storage", "keychain", "--profile", "one");
      await login(SECOND_KEY, "--storage", "keychain", "--profile", "two");
      const before = await Deno.readTextFile(credentials(store.env));
      assertEquals((await run(["auth", "logout", "--all"])).stdout, "✅ Logged out from profiles: one, two\n");
      await Deno.writeTextFile(credentials(store.env), before);
      for (const name of ["one", "two"]) {
        assertStringIncludes(
          (await run(["auth", "token", "--profile", name])).stderr,
          "; log in again: fluxloop auth login --profile",
        );
      }
    });

    // The rest doesn't depend on the store.
    if (helper !== "secretservice") return;

    it("is saved there with FLUXLOOP_STORAGE, as is the key of the next login", async () => {
      await run(["auth", "login", "--api-key-stdin"], { FLUXLOOP_STORAGE: "keychain" }, DOCUMENTED_KEY);
      await login(SECOND_KEY);
      assertEquals((await run(["auth", "token"])).stdout, `${SECOND_KEY}\n`);
      assertEquals((await Deno.readTextFile(credentials(store.env))).includes(SECOND_KEY), false);
    });

    it("is saved there when the file says storage: keychain", async () => {
      await Deno.writeTextFile(
        credentials(store.env),
        `storage: keychain\ncredential_helper: ${helper}\nprofiles: {}\n`,
      );
      await login(DOCUMENTED_KEY);
      assertEquals((await Deno.readTextFile(credentials(store.env))).includes(DOCUMENTED_KEY), false);
    });

    it("moves to the file with --storage file, which removes the entry", async () => {
      await login(DOCUMENTED_KEY, "--storage", "keychain");
      const before = await Deno.readTextFile(credentials(store.env));
      assertEquals((await login(DOCUMENTED_KEY, "--storage", "file")).code, 0);
      assertStringIncludes(await Deno.readTextFile(credentials(store.env)), `api_key: ${DOCUMENTED_KEY}`);
      // A file that still refers to the entry shows that it is gone.
      await Deno.writeTextFile(credentials(store.env), before);
      assertStringIncludes(
        (await run(["auth", "token"])).stderr,
        `is no longer in ${store.title}; log in again: fluxloop auth login --profile `,
      );
    });

    it("isn't saved when the platform rejects it", async () => {
      assertEquals((await login("flux_dev_wrong", "--storage", "keychain")).code, 3);
      assertEquals(await Deno.readTextFile(credentials(store.env)), `credential_helper: ${helper}\nprofiles: {}\n`);
    });
  });
}

describe("a system without a usable keychain", () => {
  let service: SecretService;
  const run = (args: string[], env: Record<string, string>, stdin?: string) =>
    fluxloop(args, { env: { ...service.env, FLUXLOOP_API_URL: platform.url, ...env }, stdin });
  const login = ["auth", "login", "--api-key-stdin", "--storage", "keychain"];

  beforeAll(async () => {
    platform = await startPlatform();
    service = await startSecretService();
  });
  afterAll(async () => {
    await service.stop();
    await platform.stop();
  });

  it("reports that no helper is installed, and doesn't fall back to a plain file", async () => {
    const { code, stderr } = await run(login, { PATH: "/nowhere" }, DOCUMENTED_KEY);
    assertEquals([code, namesIn(`${service.env.HOME}/.fluxloop`)], [2, [
      "credentials.-keychain.lock",
      "credentials.lock",
    ]]);
    assertStringIncludes(stderr, "--storage file");
  });

  it("reports a locked keychain, and keeps a profile that can't be removed", async () => {
    assertEquals((await run(login, {}, DOCUMENTED_KEY)).code, 0);
    const before = await Deno.readTextFile(credentials(service.env));
    await service.restartLocked();
    for (const args of [["auth", "status"], ["auth", "logout"]]) {
      const { code, stderr } = await run(args, {});
      assertEquals(code, 1);
      assertStringIncludes(stderr, "it is locked or refuses access");
    }
    assertEquals(await Deno.readTextFile(credentials(service.env)), before);
  });

  it("rejects an unknown storage", async () => {
    const { code, stderr } = await run(["auth", "login", "--api-key", "k", "--storage", "cloud"], {});
    assertEquals(code, 2);
    assertStringIncludes(stderr, "Expected one of: file, keychain");
  });
});
