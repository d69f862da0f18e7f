import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const profiles = (...names: string[]) =>
  "profiles:\n" + names.map((it) => `  ${it}:\n    api_key: flux_dev_${it}\n`).join("");

/** A home with three profiles and a project folder with these files. */
function project(files: Record<string, string>, env: Record<string, string> = {}): Session {
  const session = new Session({ env });
  session.save(profiles("default", "dev", "prod"));
  for (const [path, text] of Object.entries(files)) {
    const file = `${session.world.home}/project/${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  Deno.mkdirSync(`${session.world.home}/project/src/deep`, { recursive: true });
  return session;
}

const PIN = ".fluxloop/config.yaml";
/** Runs a command in a folder below the home folder. Paths in its output have slashes on every system. */
async function run(session: Session, args: string[], folder = "project/src/deep") {
  const { code, stdout, stderr } = await session.run(args, { cwd: `${session.world.home}/${folder}` });
  return { code, stdout, stderr: stderr.replaceAll("\\", "/") };
}

const keyOf = async (session: Session, args: string[] = [], folder?: string) =>
  (await run(session, ["auth", "token", ...args], folder)).stdout.trim();

describe("a project's pin", () => {
  afterEach(removeTestHomes);

  const forms: [string, string][] = [
    ["an unquoted name", "profile: dev\n"],
    ["double quotes", 'profile: "dev"\n'],
    ["single quotes", "profile: 'dev'"],
    ["a trailing comment", "profile: dev # for everybody\n"],
    ["other settings around it", "# ours\nname: bot\nprofile:  dev\nnested:\n  profile: prod\n"],
    ["Windows line endings", "profile: dev\r\n"],
    ["a byte order mark", "\ufeffprofile: dev\n"],
    ["a quoted key", '"profile": dev\n'],
    ["indentation", "# ours\n\n  profile: dev\n"],
    ["braces", "---\n{ profile: dev }\n"],
  ];
  for (const [what, text] of forms) {
    it(`selects the profile when written with ${what}`, async () => {
      assertEquals(await keyOf(project({ [PIN]: text })), "flux_dev_dev");
    });
  }

  it("comes from the nearest folder", async () => {
    const session = project({ [PIN]: "profile: dev\n", [`src/${PIN}`]: "profile: prod\n" });
    assertEquals([await keyOf(session), await keyOf(session, [], "project")], ["flux_dev_prod", "flux_dev_dev"]);
  });

  it("doesn't apply above its folder", async () => {
    const session = project({ [`src/${PIN}`]: "profile: dev\n" });
    assertEquals(await keyOf(session, [], "project"), "flux_dev_default");
  });

  it("is ignored in the home folder, which has the program's own files", async () => {
    const session = project({});
    Deno.writeTextFileSync(`${session.world.home}/.fluxloop/config.yaml`, "profile: dev\n");
    assertEquals([await keyOf(session), await keyOf(session, [], ".")], ["flux_dev_default", "flux_dev_default"]);
  });

  it("is overridden by --profile and FLUXLOOP_PROFILE", async () => {
    const files = { [PIN]: "profile: dev\n" };
    assertEquals(await keyOf(project(files), ["--profile", "prod"]), "flux_dev_prod");
    assertEquals(await keyOf(project(files, { FLUXLOOP_PROFILE: "prod" })), "flux_dev_prod");
  });

  it("overrides auth switch, which warns about it", async () => {
    const session = project({ [PIN]: "profile: dev\n" });
    const { stderr } = await run(session, ["auth", "switch", "prod"]);
    assertStringIncludes(
      stderr,
      "project/.fluxloop/config.yaml pins another profile. To override it, pass --profile.\n",
    );
    assertEquals(await keyOf(session), "flux_dev_dev");
    assertStringIncludes(session.saved()!, "default_profile: prod");
  });

  it("is marked as the current profile by auth list", async () => {
    const { stdout } = await run(project({ [PIN]: "profile: dev\n" }), ["auth", "list", "--json"]);
    const current = JSON.parse(stdout).profiles.filter((it: { current: boolean }) => it.current);
    assertEquals(current.map((it: { name: string }) => it.name), ["dev"]);
  });

  it("doesn't apply to logout", async () => {
    const session = project({ [PIN]: "profile: dev\n" });
    await run(session, ["auth", "logout"]);
    assert(!session.saved()!.includes("default:") && session.saved()!.includes("dev:"), session.saved()!);
  });

  const faults: [string, string, number, string][] = [
    ["a missing profile", "profile: staging\n", 5, 'Profile "staging" (from '],
    ["an invalid profile name", "profile: ../../etc\n", 2, "config.yaml has an invalid profile name"],
    ["no space after the colon", "profile:dev\n", 2, "has no valid profile"],
    ["no value", "profile:\n", 2, "has no valid profile"],
    ["a list", "profile: [dev]\n", 2, "has no valid profile"],
    ["two profile fields", "profile: dev\nprofile: prod\n", 2, "has no valid profile"],
    ["a YAML alias", "profile: *x\n", 2, "has no valid profile"],
    ["control characters", "profile: \x1b[31mdev\n", 2, "has no valid profile"],
  ];
  for (const [what, text, code, message] of faults) {
    it(`is reported with its path if the file has ${what}`, async () => {
      const outcome = await run(project({ [PIN]: text }), ["auth", "token"]);
      assertEquals([outcome.code, outcome.stdout], [code, ""]);
      assertStringIncludes(outcome.stderr, message);
      assertStringIncludes(outcome.stderr, "project/.fluxloop/config.yaml");
    });
  }

  it("is rejected if its file is too large", async () => {
    const { code } = await run(project({ [PIN]: "#".repeat(1024 * 1024 + 1) }), ["auth", "token"]);
    assertEquals(code, 2);
  });

  for (
    const [what, files] of [["if .fluxloop is a file", { ".fluxloop": "x" }], ["if there is no profile field", {
      [PIN]: "name: bot\n",
    }], [
      "if the profile field is nested",
      {
        [PIN]: "agent: {profile: x}\n",
      },
    ]] as const
  ) {
    it(`is ignored ${what}`, async () => {
      assertEquals(await keyOf(project(files)), "flux_dev_default");
    });
  }
});

describe("auth switch", () => {
  afterEach(removeTestHomes);

  function home(text = profiles("default", "dev", "prod")): Session {
    const session = new Session();
    session.save(text);
    return session;
  }

  it("returns to the previous profile with -", async () => {
    const session = home();
    const keys: string[] = [];
    for (const profile of ["dev", "prod", "-", "-", "default", "-"]) {
      await session.run(["auth", "switch", profile]);
      keys.push((await session.run(["auth", "token"])).stdout.trim().slice("flux_dev_".length));
    }
    assertEquals(keys, ["dev", "prod", "dev", "prod", "default", "prod"]);
  });

  it("remembers the previous profile when switching to the current one", async () => {
    const session = home();
    for (const profile of ["dev", "prod", "prod", "-"]) await session.run(["auth", "switch", profile]);
    assertEquals((await session.run(["auth", "token"])).stdout, "flux_dev_dev\n");
  });

  it("reports that there is no previous profile", async () => {
    const session = home();
    const before = session.saved();
    assertEquals(await session.run(["auth", "switch", "-"]), {
      code: 5,
      stdout: "",
      stderr: "❌ Error: There is no previous profile. Pass a profile: fluxloop auth switch <profile>\n",
    });
    assertEquals(session.saved(), before);
  });

  it("forgets a removed profile", async () => {
    const session = home();
    for (const profile of ["dev", "prod"]) await session.run(["auth", "switch", profile]);
    await session.run(["auth", "logout", "--profile", "dev"]);
    assertEquals((await session.run(["auth", "switch", "-"])).code, 5);
    assert(!session.saved()!.includes("previous_profile"), session.saved()!);
  });

  it("keeps comments and other settings", async () => {
    const session = home(`# mine\n${profiles("default", "dev")}`);
    for (const profile of ["dev", "-"]) await session.run(["auth", "switch", profile]);
    assertStringIncludes(session.saved()!, "# mine\n");
    assertStringIncludes(session.saved()!, "default_profile: default\n");
    assertStringIncludes(session.saved()!, "previous_profile: dev\n");
  });

  it("lists the profiles without a terminal", async () => {
    assertEquals(await home().run(["auth", "switch"]), {
      code: 2,
      stdout: "",
      stderr: "❌ Error: Can't show a list without a terminal. Pass a profile as an argument. Saved profiles: " +
        "default, dev, prod\n",
    });
  });

  it("requires a login if there are no profiles", async () => {
    assertEquals((await new Session().run(["auth", "switch"])).code, 3);
  });
});
