import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { CredentialsHome, credentialsText } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { asRoot, UID, type User } from "../../support/users.ts";

interface Refusal {
  readonly what: string;
  /** Who runs the program in their own home. */
  readonly users: readonly User[];
  /** The shell command that root runs first; `$1` is the credentials file, `$2` its folder. */
  readonly arrange: string;
  /** The error of commands that read; `null` if they succeed. */
  readonly reading: RegExp | null;
  /** The error of commands that write, if reading succeeds. */
  readonly writing?: RegExp;
}

const BOTH = ["root", "ordinary"] as const;
const FOREIGN =
  /^❌ Error: ~\/\.fluxloop\/credentials is owned by user \d+, and you are user \d+\. (?:Take ownership of it: sudo chown -R \d+ ~\/\.fluxloop\. Or pass|Pass) the key in FLUXLOOP_API_KEY.*\.\n$/;
const ROOTS_FILE = /^❌ Error: ~\/\.fluxloop\/credentials is owned by user 0, .+: sudo chown -R \d+ ~\/\.fluxloop\. Or/;
const ROOTS_FOLDER = /^❌ Error: ~\/\.fluxloop is owned by user 0, .+: sudo chown -R \d+ ~\/\.fluxloop\. Or/;
const DENIED =
  /^❌ Error: Can't read ~\/\.fluxloop\/credentials: permission denied\. Run: chmod u\+rwX ~\/\.fluxloop ~\/\.fluxloop\/credentials\n$/;

const REFUSALS: readonly Refusal[] = [
  {
    what: "a folder in place of the file",
    users: BOTH,
    arrange: 'rm "$1" && mkdir "$1" && touch "$1/something"',
    reading: /^❌ Error: Can't read ~\/\.fluxloop\/credentials: it is a folder\. Move it to .+\.old\.\n$/,
  },
  {
    what: "an empty folder in place of the file",
    users: BOTH,
    arrange: 'rm "$1" && mkdir "$1"',
    reading: /^❌ Error: Can't read ~\/\.fluxloop\/credentials: it is a folder\. Move it to .+\.old\.\n$/,
  },
  {
    what: "a file in place of the folder",
    users: BOTH,
    arrange: 'rm -r "$2" && echo mine > "$2"',
    reading:
      /^❌ Error: Can't read ~\/\.fluxloop\/credentials: part of its path is a file or a broken link, not a folder\..+\n$/,
  },
  {
    what: "a file with mode 000",
    users: ["ordinary"],
    arrange: 'chmod 000 "$1"',
    reading: DENIED,
  },
  {
    what: "a folder with mode 000",
    users: ["ordinary"],
    arrange: 'chmod 000 "$2"',
    reading: DENIED,
  },
  {
    what: "an inaccessible folder owned by root",
    users: ["ordinary"],
    arrange: 'chown 0 "$2" && chmod 700 "$2"',
    reading: ROOTS_FOLDER,
  },
  {
    what: "an unreadable file owned by root",
    users: ["ordinary"],
    arrange: 'chown 0 "$1" && chmod 600 "$1"',
    reading: ROOTS_FILE,
  },
  {
    what: "a readable file owned by root",
    users: ["ordinary"],
    arrange: 'chown 0 "$1" && chmod 644 "$1"',
    reading: null,
    writing: FOREIGN,
  },
  {
    what: "a file owned by another user",
    users: BOTH,
    arrange: `chown ${UID.stranger} "$1" && chmod 644 "$1"`,
    reading: FOREIGN,
  },
  {
    what: "a world-writable file owned by another user",
    users: BOTH,
    arrange: `chown ${UID.stranger} "$1" && chmod 666 "$1"`,
    reading: FOREIGN,
  },
  {
    what: "a folder owned by another user",
    users: ["ordinary"],
    arrange: `chown ${UID.stranger} "$2" && chmod 777 "$2"`,
    reading: /^❌ Error: ~\/\.fluxloop is owned by user \d+, and you are user \d+\./,
  },
  {
    what: "a folder owned by root that contains the user's own file",
    users: ["ordinary"],
    arrange: 'chown 0 "$2" && chmod 755 "$2"',
    reading: null,
    writing: ROOTS_FOLDER,
  },
];

const READERS = [["token"], ["list"]];
const WRITERS = [["login", "--api-key", SECOND_KEY], ["logout"], ["switch", "other"]];

/** Lists everything below a folder except locks: kind, permissions, owner, name, time and content. */
const INVENTORY = `cd "$1" && find . ! -name credentials.lock ! -path . -printf '%y %m %U %p %l\\n' | sort &&
  find . -type f ! -name credentials.lock -exec sha256sum {} + -exec stat -c '%n %i %Y' {} + | sort`;

describe("unusable credentials", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(() => home.close());

  const cases = REFUSALS.flatMap(({ users, ...it }) => users.map((user) => ({ user, ...it })));
  for (const [index, { what, user, arrange, reading, writing }] of cases.entries()) {
    // All commands open the file in the same way: if it can't be read, one of each kind is enough.
    const some = <T>(commands: readonly T[]) => reading === null ? commands : [commands[index % commands.length]];

    it(`are rejected with a clear error and not changed: ${what} (${user})`, async () => {
      home = await CredentialsHome.open(platform.url, user);
      await home.write(credentialsText(DOCUMENTED_KEY, platform.url, ["default", "other"]));
      await asRoot(arrange, home.file, home.folder);
      const before = await asRoot(INVENTORY, home.path);

      for (const args of some(READERS)) {
        const { code, stderr } = await home.run(["auth", ...args]);
        assertEquals([code, reading?.test(stderr) ?? true], [reading === null ? 0 : 2, true], `${args}: ${stderr}`);
      }
      for (const args of some(WRITERS)) {
        const { code, stdout, stderr } = await home.run(["auth", ...args]);
        const asExpected = (reading ?? writing)!.test(stderr);
        assertEquals([code, stdout, asExpected], [2, "", true], `${args}: ${stderr}`);
      }
      assertEquals(await asRoot(INVENTORY, home.path), before);
    });
  }

  it("don't affect a key from the environment", async () => {
    home = await CredentialsHome.open(platform.url, "ordinary");
    await home.write(credentialsText(DOCUMENTED_KEY, platform.url, ["default"]));
    await asRoot('chmod 000 "$1"', home.file);
    for (const command of ["token", "status", "whoami"]) {
      const { code, stderr } = await home.run(["auth", command], { env: { FLUXLOOP_API_KEY: DOCUMENTED_KEY } });
      assertEquals([code, stderr], [0, ""], command);
    }
  });
});
