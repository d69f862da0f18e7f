import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { PROGRAM } from "../support/program.ts";
import { asRoot, runAs, UID } from "../support/users.ts";

describe("a project's pin in a folder of somebody else's", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    await asRoot(
      `cd "$1" && chmod 755 . && mkdir -p home/.fluxloop shared/.fluxloop shared/project &&
      printf 'profiles:\\n  default:\\n    api_key: flux_dev_mine\\n  other:\\n    api_key: flux_dev_other\\n' > home/.fluxloop/credentials &&
      echo 'profile: other' > shared/.fluxloop/config.yaml &&
      chown -R ${UID.ordinary} home && chmod -R go= home && chown -R ${UID.stranger} shared/.fluxloop`,
      folder,
    );
  });
  afterEach(async () => void await asRoot('rm -r "$1"', folder));

  const arrangements: [string, string][] = [
    ["that all may read", "true"],
    ["that nobody else may look into", 'chmod 700 "$1/shared/.fluxloop"'],
    ["whose file nobody else may read", 'chmod 600 "$1/shared/.fluxloop/config.yaml"'],
  ];
  for (const [what, arrange] of arrangements) {
    it(`chooses nothing and stands in nobody's way, in one ${what}`, async () => {
      await asRoot(arrange, folder);
      const options = { env: { HOME: `${folder}/home` }, cwd: `${folder}/shared/project` };
      const { code, stdout, stderr } = await runAs("ordinary", [PROGRAM, "auth", "token"], options);
      assertEquals([code, stdout, stderr], [0, "flux_dev_mine\n", ""]);
    });
  }
});
