import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { editCredentials } from "../../src/credentials/edit_credentials.ts";
import { CredentialsDocument } from "../../src/credentials/credentials_document.ts";
import type { Profile } from "../../src/credentials/profile.ts";
import { ConfigurationError } from "../../src/errors.ts";

const DOCUMENTED = `profiles:
  default:
    api_key: flux_dev_abc123...
    account: john@example.com
    expires: "2024-04-15"

  production:
    api_key: flux_prod_xyz789...
    account: john@example.com
    expires: "2024-06-01"
`;

const NEW: Profile = {
  name: "new",
  secret: { kind: "api_key", key: "flux_ci_new" },
  rotation: null,
  account: "jane@example.com",
  expires: "2024-05-05",
  apiUrl: null,
  keyId: "key_9",
  created: null,
};

const parse = (text: string) => new CredentialsDocument(text, "~/.fluxloop/credentials");

describe("a credentials document", () => {
  it("reads the documented example", () => {
    assertEquals(parse(DOCUMENTED).find("production"), {
      name: "production",
      secret: { kind: "api_key", key: "flux_prod_xyz789..." },
      rotation: null,
      account: "john@example.com",
      expires: "2024-06-01",
      apiUrl: null,
      keyId: null,
      created: null,
    });
  });

  it("writes the documented example unchanged", () => {
    assertEquals(parse(DOCUMENTED).toText(editCredentials), DOCUMENTED);
  });

  it("keeps a date that was written without quotes", () => {
    const document = parse(DOCUMENTED.replace('"2024-04-15"', "2024-04-15"));
    assertEquals(document.find("default")?.expires, "2024-04-15");
    assertEquals(parse(document.toText(editCredentials)).find("default")?.expires, "2024-04-15");
  });

  it("keeps unknown fields at every level", () => {
    const document = parse(
      `theme: {colour: [1, two]}\n${DOCUMENTED}`.replace("    account", "    team: a-team\n    account"),
    );
    document.save({ ...NEW, name: "default" });
    assertEquals(document.toText(editCredentials).split("\n").slice(0, 8), [
      "theme: { colour: [ 1, two ] }",
      "profiles:",
      "  default:",
      "    api_key: flux_ci_new",
      "    team: a-team",
      "    account: jane@example.com",
      '    expires: "2024-05-05"',
      "    key_id: key_9",
    ]);
  });

  it("drops a field that a new login no longer has", () => {
    const document = parse(DOCUMENTED);
    document.save({ ...NEW, name: "default", expires: null });
    assertEquals(document.find("default")?.expires, null);
  });

  it("forgets the default profile when it is removed, and only then", () => {
    const document = parse(`${DOCUMENTED}default_profile: production\n`);
    document.remove("default");
    assertEquals(document.setting("default_profile"), "production");
    document.remove("production");
    assertEquals([document.setting("default_profile"), document.profileNames()], [null, []]);
  });

  for (const name of ["constructor", "toString", "hasOwnProperty", "__proto__"]) {
    it(`accepts ${name} as a profile name`, () => {
      const document = new CredentialsDocument("", "");
      assertEquals(document.find(name), null);
      document.save({ ...NEW, name });
      assertEquals(parse(document.toText(editCredentials)).find(name), { ...NEW, name });
    });
  }

  for (const text of ["", "\n", "# nothing yet\n", "profiles:\n", "profiles: {}\n"]) {
    it(`reads ${JSON.stringify(text)} as no profiles`, () => assertEquals(parse(text).profileNames(), []));
  }

  const unreadable: [string, string, string][] = [
    [
      "a tab",
      "profiles:\n\tdefault:\n\t\tapi_key: flux_dev_secret\n",
      "(line 2, column 1: indented with a tab instead of spaces)",
    ],
    ["an unclosed quote", 'profiles:\n  default:\n    api_key: "flux_dev_secret\n', "(line 4, column"],
    ["a list", "- flux_dev_secret\n", "isn't a credentials file"],
    ["a string", "flux_dev_secret\n", "isn't a credentials file"],
    ["a list of profiles", "profiles: [flux_dev_secret]\n", "isn't a credentials file"],
  ];
  for (const [what, text, sentence] of unreadable) {
    it(`rejects ${what} without quoting it`, () => {
      const error = assertThrows(() => parse(text), ConfigurationError, sentence);
      assertEquals(error.message.includes("flux_dev_secret"), false);
    });
  }

  for (const entry of ["text", "[1]", "{}", "{api_key: }", "{api_key: 5}"]) {
    it(`reports an unreadable profile by name: ${entry}`, () => {
      const document = parse(`profiles:\n  broken: ${entry}\n`);
      assertThrows(() => document.require("broken", null), ConfigurationError, '"broken"');
      assertEquals(document.find("broken"), null);
    });

    it(`replaces an unreadable profile: ${entry}`, () => {
      const document = parse(`profiles:\n  broken: ${entry}\n`);
      document.save({ ...NEW, name: "broken" });
      assertEquals(document.find("broken")?.secret, NEW.secret);
    });
  }
});
