import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, stateOf } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { asRoot, runAs } from "../../support/users.ts";

const WARNING = "Other users can read";
const WRITING = [["login", "--profile", "third", "--api-key", DOCUMENTED_KEY], ["logout"], ["switch", "other"]];

describe("permissions of the credentials file", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(async () => {
    home = await CredentialsHome.open(platform.url, "ordinary");
    for (const profile of ["default", "other"]) assertEquals((await home.login(DOCUMENTED_KEY, profile)).code, 0);
  });
  afterEach(() => home.close());

  it("are limited to the owner, as are those of the folder and the lock", async () => {
    const modes = [home.folder, home.file, `${home.file}.lock`].map((path) => asRoot('stat -c %a "$1"', path));
    assertEquals(await Promise.all(modes), ["700\n", "600\n", "600\n"]);
    assertEquals((await home.run(["auth", "status"])).stderr, "");
  });

  it("are limited to the owner with any umask", async () => {
    await asRoot('rm -r "$1"', home.folder);
    const login = `umask 000; exec '${home.program}' auth login --api-key '${DOCUMENTED_KEY}' -q`;
    const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
    assertEquals(await runAs(home.user, ["/bin/sh", "-c", login], { env }), { code: 0, stdout: "", stderr: "" });
    const modes = [home.folder, home.file, `${home.file}.lock`].map((path) => asRoot('stat -c %a "$1"', path));
    assertEquals(await Promise.all(modes), ["700\n", "600\n", "600\n"]);
  });

  for (const [index, mode] of ["644", "640", "604", "666", "660"].entries()) {
    const args = WRITING[index % WRITING.length];

    it(`are reported by status when they are ${mode}, and are set to 600 by the next ${args[0]}`, async () => {
      await asRoot('chmod "$1" "$2"', mode, home.file);
      const status = await home.run(["auth", "status"]);
      assertEquals(status.code, 0);
      assertStringIncludes(status.stderr, WARNING);
      assertEquals((await stateOf(home.file)).mode, mode);
      assertEquals((await home.run(["auth", ...args])).code, 0);
      assertEquals((await stateOf(home.file)).mode, "600");
      const after = await home.run(["auth", "status", "--profile", "other"]);
      assertEquals([after.code, after.stderr], [0, ""]);
    });
  }

  it("aren't reported when the key in use comes from elsewhere", async () => {
    await asRoot('chmod 644 "$1"', home.file);
    const { code, stderr } = await home.run(["auth", "status"], { env: { FLUXLOOP_API_KEY: DOCUMENTED_KEY } });
    assertEquals([code, stderr], [0, ""]);
  });

  it("are also reported for a file behind a link", async () => {
    await asRoot('mv "$1" "$2/elsewhere" && ln -s ../elsewhere "$1" && chmod 644 "$2/elsewhere"', home.file, home.path);
    assertStringIncludes((await home.run(["auth", "status"])).stderr, WARNING);
    await home.run(["auth", "logout"]);
    assertEquals((await stateOf(`${home.path}/elsewhere`)).mode, "600");
  });
});
