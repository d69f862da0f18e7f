import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { PROGRAM } from "../support/program.ts";
import { asRoot, runAs, UID } from "../support/users.ts";

describe("a project's pin in another user's folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    await asRoot(
      `cd "$1" && chmod 755 . && mkdir -p home/.fluxloop shared/.fluxloop shared/project &&
      printf 'profiles:\\n  default:\\n    api_key: flux_dev_mine\\n  other:\\n    api_key: flux_dev_other\\n' > home/.fluxloop/credentials &&
      echo 'profile: other' > shared/.fluxloop/config.yaml &&
      mkdir home/elsewhere && echo 'profile: other' > home/elsewhere/config.yaml && chown -R ${UID.ordinary} home && chmod -R go= home && chown -R ${UID.stranger} shared/.fluxloop`,
      folder,
    );
  });
  afterEach(async () => void await asRoot('rm -r "$1"', folder));

  const arrangements: [string, string][] = [
    ["that everyone can read", "true"],
    ["that only its owner can open", 'chmod 700 "$1/shared/.fluxloop"'],
    ["whose file only its owner can read", 'chmod 600 "$1/shared/.fluxloop/config.yaml"'],
    ["that is a link to itself", 'cd "$1/shared" && rm -r .fluxloop && ln -s .fluxloop .fluxloop'],
    [
      "that is a link to the user's own folder",
      'cd "$1/shared" && rm -r .fluxloop && ln -s ../home/elsewhere .fluxloop',
    ],
  ];
  for (const [what, arrange] of arrangements) {
    it(`is ignored in a folder ${what}`, async () => {
      await asRoot(`${arrange}; chown -h ${UID.stranger} "$1/shared/.fluxloop"`, folder);
      const options = { env: { HOME: `${folder}/home` }, cwd: `${folder}/shared/project` };
      const { code, stdout, stderr } = await runAs("ordinary", [PROGRAM, "auth", "token"], options);
      assertEquals([code, stdout, stderr], [0, "flux_dev_mine\n", ""]);
    });
  }

  const closed: [string, string][] = [
    ["a folder that only root can open", 'cd "$1/shared" && chown 0 .fluxloop && chmod 700 .fluxloop'],
    ["a working directory that only root can open", 'cd "$1/shared" && chown 0 project && chmod 700 project'],
  ];
  for (const [what, arrange] of closed) {
    it(`is ignored in ${what}`, async () => {
      await asRoot(arrange, folder);
      const options = { env: { HOME: `${folder}/home` }, cwd: `${folder}/shared/project` };
      const { code, stdout, stderr } = await runAs("ordinary", [PROGRAM, "auth", "token"], options);
      assertEquals([code, stdout, stderr], [0, "flux_dev_mine\n", ""]);
    });
  }

  it("is reported in the user's own folder if it can't be opened", async () => {
    await asRoot(`cd "$1/shared" && chown ${UID.ordinary} .fluxloop && chmod 000 .fluxloop`, folder);
    const options = { env: { HOME: `${folder}/home` }, cwd: `${folder}/shared/project` };
    const { code, stderr } = await runAs("ordinary", [PROGRAM, "auth", "token"], options);
    assertEquals([code, stderr], [
      2,
      `❌ Error: Can't read ${folder}/shared/.fluxloop/config.yaml: permission denied\n`,
    ]);
  });

  it("is ignored in the home folder, even through a link", async () => {
    await asRoot('cd "$1" && ln -s home link && cp home/elsewhere/config.yaml home/.fluxloop/', folder);
    const options = { env: { HOME: `${folder}/link` }, cwd: `${folder}/home/elsewhere` };
    const { code, stdout } = await runAs("root", [PROGRAM, "auth", "token"], {
      ...options,
      env: { ...options.env, FLUXLOOP_HOME: `${folder}/own` },
    });
    assertEquals([code, stdout], [3, ""]);
  });
});
