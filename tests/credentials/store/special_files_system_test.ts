import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { CredentialsHome } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { asRoot, runAs } from "../../support/users.ts";

interface Special {
  readonly what: string;
  /** The shell command with which root creates it at `$1`. */
  readonly create: string;
  readonly args: readonly string[];
  readonly code: number;
  /** A part of the error. */
  readonly says: string;
}

const LOGIN = ["auth", "login", "--api-key", DOCUMENTED_KEY];
const PATH = "~/.fluxloop/credentials";

const SPECIALS: readonly Special[] = [
  { what: "a named pipe", create: "mkfifo $1", args: ["auth", "list"], code: 2, says: PATH },
  { what: "a named pipe", create: "mkfifo $1", args: LOGIN, code: 2, says: PATH },
  { what: "a link to /dev/null", create: "ln -s /dev/null $1", args: ["auth", "token"], code: 3, says: "" },
  { what: "a link to /dev/null", create: "ln -s /dev/null $1", args: LOGIN, code: 2, says: PATH },
  {
    what: "a sparse file of 200 GB",
    create: "truncate -s 200G $1",
    args: ["auth", "list"],
    code: 2,
    says: "larger than 16 MiB",
  },
  { what: "a sparse file of 200 GB", create: "truncate -s 200G $1", args: LOGIN, code: 2, says: "larger than" },
];

describe("in place of the credentials file", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(() => home.close());

  for (const { what, create, args, code, says } of SPECIALS) {
    it(`${what} makes ${args.slice(0, 2).join(" ")} exit with ${code} immediately`, async () => {
      home = await CredentialsHome.open(platform.url);
      await home.write("");
      await asRoot(`rm $1; ${create}; chown -h "$(stat -c %u "$2")" $1`, home.file, home.folder);
      const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
      // A program that hangs here can be stopped only by SIGKILL: exit code 137.
      const run = await runAs(home.user, ["timeout", "--signal=KILL", "30", home.program, ...args], { env });
      assertEquals([run.code, run.stdout], [code, ""], run.stderr);
      assertStringIncludes(run.stderr, says);
    });
  }
});
