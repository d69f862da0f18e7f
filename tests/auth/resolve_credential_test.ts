import { assertEquals, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { credentialFor, type KeyOptions } from "../../src/auth/resolve_credential.ts";
import { ConfigurationError, NotFoundError, NotLoggedInError, UsageError } from "../../src/errors.ts";
import { removeTestHomes, world } from "../support/world.ts";

const SAVED = `
profiles:
  default: {api_key: saved_default}
  dev: {api_key: saved_dev}
  local: {api_key: saved_local, api_url: "http://127.0.0.1:9"}
`;

function resolve(options: KeyOptions, env: Record<string, string>, saved = SAVED) {
  const { context, home, credentials } = world({ env });
  Deno.mkdirSync(`${home}/.fluxloop`);
  Deno.writeTextFileSync(credentials, saved);
  Deno.writeTextFileSync(`${home}/key`, "'in_file'\n");
  const atHome = { ...context, env: (name: string) => context.env(name)?.replace("<home>", home) };
  return credentialFor(atHome, options);
}

describe("credential resolution", () => {
  afterEach(removeTestHomes);

  const all = { FLUXLOOP_API_KEY: "e1", FLUXLOOP_SYNC_API_KEY: "e2", FLUXLOOP_API_KEY_FILE: "<home>/key" };
  const { FLUXLOOP_API_KEY: _first, ...older } = all;
  const { FLUXLOOP_SYNC_API_KEY: _second, ...fileOnly } = older;
  const withDefault = `${SAVED}default_profile: local\n`;
  const sources: [string, KeyOptions, Record<string, string>, string, string[]][] = [
    ["--api-key first", { apiKey: "flag", profile: "dev" }, all, SAVED, ["flag", "flag", "--api-key"]],
    ["FLUXLOOP_API_KEY second", { profile: "dev" }, all, SAVED, ["e1", "environment", "FLUXLOOP_API_KEY"]],
    ["FLUXLOOP_SYNC_API_KEY third", { profile: "dev" }, older, SAVED, ["e2", "environment", "FLUXLOOP_SYNC_API_KEY"]],
    ["FLUXLOOP_API_KEY_FILE fourth", { profile: "dev" }, fileOnly, SAVED, ["in_file", "file", "FLUXLOOP_API_KEY_FILE"]],
    ["FLUXLOOP_API_KEY_FILE with ~ and a carriage return", {}, { FLUXLOOP_API_KEY_FILE: "~/key\r" }, SAVED, [
      "in_file",
      "file",
      "FLUXLOOP_API_KEY_FILE",
    ]],
    ["FLUXLOOP_PROFILE with a carriage return", {}, { FLUXLOOP_PROFILE: "dev\r" }, withDefault, [
      "saved_dev",
      "profile",
      "dev",
    ]],
    ["--profile rather than FLUXLOOP_PROFILE", { profile: "dev" }, { FLUXLOOP_PROFILE: "local" }, withDefault, [
      "saved_dev",
      "profile",
      "dev",
    ]],
    ["FLUXLOOP_PROFILE rather than default_profile", {}, { FLUXLOOP_PROFILE: "dev" }, withDefault, [
      "saved_dev",
      "profile",
      "dev",
    ]],
    ["default_profile rather than the profile named default", {}, {}, withDefault, ["saved_local", "profile", "local"]],
    ["the profile named default last", {}, {}, SAVED, ["saved_default", "profile", "default"]],
    ["a saved key rather than empty variables", {}, { FLUXLOOP_API_KEY: "", FLUXLOOP_PROFILE: "" }, SAVED, [
      "saved_default",
      "profile",
      "default",
    ]],
  ];
  for (const [what, options, env, saved, expected] of sources) {
    it(`uses ${what}`, async () => {
      const { key, source, origin } = await resolve(options, env, saved);
      assertEquals([key, source, origin], expected);
    });
  }

  it("reports which profile the environment overrides", async () => {
    assertEquals((await resolve({ profile: "dev" }, all)).overridden, "dev");
  });

  it("reports no overridden profile if none was requested", async () => {
    assertEquals((await resolve({}, all)).overridden, null);
  });

  const urls: [string, KeyOptions, Record<string, string>, string][] = [
    ["the hosted platform by default", {}, {}, "https://api.fluxloop.ai/"],
    ["the profile's platform", { profile: "local" }, {}, "http://127.0.0.1:9/"],
    [
      "FLUXLOOP_API_URL with the profile's origin and another path",
      { profile: "local" },
      { FLUXLOOP_API_URL: "http://127.0.0.1:9/v2/" },
      "http://127.0.0.1:9/v2",
    ],
    [
      "--api-url rather than FLUXLOOP_API_URL",
      { apiKey: "k", apiUrl: "https://a.b" },
      { FLUXLOOP_API_URL: "https://c.d" },
      "https://a.b/",
    ],
    [
      "FLUXLOOP_API_URL if the key is from the environment",
      {},
      { ...all, FLUXLOOP_API_URL: "https://c.d" },
      "https://c.d/",
    ],
  ];
  for (const [what, options, env, url] of urls) {
    it(`sends the key to ${what}`, async () => {
      assertEquals((await resolve(options, env)).apiUrl.href, url);
    });
  }

  const otherOrigins: [string, KeyOptions, string][] = [
    ["another host", { apiUrl: "https://api.fluxloop.example" }, "default"],
    ["another port", { apiUrl: "http://127.0.0.1:10", profile: "local" }, "local"],
    ["another scheme", { apiUrl: "https://127.0.0.1:9", profile: "local" }, "local"],
  ];
  for (const [what, options, profile] of otherOrigins) {
    it(`doesn't send a saved key to ${what}`, async () => {
      await assertRejects(() => resolve(options, {}), UsageError, `profile "${profile}" is for `);
    });
  }

  it("fails without a login", async () => {
    await assertRejects(() => resolve({}, {}, "profiles:\n  dev: {api_key: k}\n"), NotLoggedInError);
  });

  const missing: [string, KeyOptions, Record<string, string>, string, string][] = [
    [
      "--profile names a missing one",
      { profile: "prod" },
      {},
      SAVED,
      'Profile "prod" doesn\'t exist. Saved profiles: default, dev, local',
    ],
    [
      "FLUXLOOP_PROFILE names a missing one",
      {},
      { FLUXLOOP_PROFILE: "prod" },
      SAVED,
      'Profile "prod" (from FLUXLOOP_PROFILE) doesn\'t exist. Saved',
    ],
    [
      "default_profile names a missing one",
      {},
      {},
      `${SAVED}default_profile: gone\n`,
      'Profile "gone" (from default_profile) doesn\'t exist. Saved',
    ],
    ["there are none", { profile: "default" }, {}, "", 'Profile "default" doesn\'t exist, and no profiles are saved'],
  ];
  for (const [what, options, env, saved, message] of missing) {
    it(`lists the saved profiles if ${what}`, async () => {
      await assertRejects(() => resolve(options, env, saved), NotFoundError, message);
    });
  }

  const invalid: [string, KeyOptions, Record<string, string>, string][] = [
    ["a profile name with a path", { profile: "../x" }, {}, "--profile has an invalid profile name"],
    [
      "an invalid profile name, even if a key overrides it",
      { profile: "a b" },
      all,
      "--profile has an invalid profile name",
    ],
    ["an empty profile name", { profile: "" }, {}, "--profile has an invalid profile name"],
    ["a profile name of 65 letters", { profile: "a".repeat(65) }, {}, "--profile has an invalid profile name"],
    ["an invalid FLUXLOOP_PROFILE", {}, { FLUXLOOP_PROFILE: "-x" }, "FLUXLOOP_PROFILE has an invalid profile name"],
    ["an invalid FLUXLOOP_API_URL", {}, { FLUXLOOP_API_URL: "nonsense" }, "FLUXLOOP_API_URL isn't a valid URL"],
    ["an invalid FLUXLOOP_API_KEY", {}, { FLUXLOOP_API_KEY: "a\nb" }, "FLUXLOOP_API_KEY contains white space"],
  ];
  for (const [what, options, env, message] of invalid) {
    it(`rejects ${what}`, async () => {
      await assertRejects(() => resolve(options, env), UsageError, message);
    });
  }

  it("reads a UTF-16 key file, as written by PowerShell", async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeFile(
      file,
      Uint8Array.from([0xff, 0xfe, ...[..."in_file\r\n"].flatMap((it) => [it.charCodeAt(0), 0])]),
    );
    assertEquals((await resolve({}, { FLUXLOOP_API_KEY_FILE: file })).key, "in_file");
    await Deno.remove(file);
  });

  it("reports a missing key file", async () => {
    const env = { FLUXLOOP_API_KEY_FILE: "<home>/none" };
    await assertRejects(
      () => resolve({}, env),
      ConfigurationError,
      "none from FLUXLOOP_API_KEY_FILE: no such file",
    );
  });
});
