import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, filesWithKeys } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { runMounted } from "../../support/users.ts";

const ONE = `profiles:
  default:
    api_key: flux_dev_old0000000000000000000000000
    account: john@example.com
`;
/** Larger than the space that `FREE_8K` leaves. */
const MANY = "profiles:\n" + Array.from({ length: 400 }, (_, index) => {
  return `  p${index}:\n    api_key: flux_dev_${String(index).padStart(32, "0")}\n    account: john@example.com\n`;
}).join("");

const FILL = "dd if=/dev/zero of=filling bs=1024 2>/dev/null || true";
const FREE_8K = "truncate --size=-8192 filling";
/** Uses up all inodes. */
const MANY_FILES = "n=0; while touch filling$n 2>/dev/null; do n=$((n+1)); done";
const SIZE = "size=512k";

interface Disk {
  readonly what: string;
  /** Mount options of the tmpfs that holds the home. */
  readonly options: string;
  /** The file's content before the login; `null` if there is no file. */
  readonly old: string | null;
  /** A shell script that fills the disk. */
  readonly fill: string;
}

const DISKS: readonly Disk[] = [
  { what: "without free space at the first login", options: SIZE, old: null, fill: FILL },
  { what: "without free space", options: SIZE, old: ONE, fill: FILL },
  { what: "without free space but with an existing lock", options: SIZE, old: ONE, fill: `echo 1 > $LOCK; ${FILL}` },
  { what: "with space for only a part of the file", options: SIZE, old: MANY, fill: `${FILL}; ${FREE_8K}` },
  { what: "without free inodes", options: `${SIZE},nr_inodes=10`, old: ONE, fill: MANY_FILES },
  { what: "without free inodes at the first login", options: `${SIZE},nr_inodes=10`, old: null, fill: MANY_FILES },
];

describe("a full disk", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;
  let seen: string;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(async () => {
    home = await CredentialsHome.open(platform.url);
    // The small disk is visible only in its mount namespace, so its files are copied here.
    seen = `${home.path}-seen`;
    await Deno.mkdir(seen);
  });
  afterEach(() => home.close());

  for (const { what, options, old, fill } of DISKS) {
    it(`${what} makes a login fail with a clear error and leaves no key but the old one`, async () => {
      await Deno.writeTextFile(`${seen}/old`, old ?? "");
      const prepare = `
        LOCK=.fluxloop/credentials.lock
        mount -t tmpfs -o ${options} tmpfs '${home.path}' && cd '${home.path}' || exit 99
        ${old === null ? "" : `mkdir -m 700 .fluxloop && install -m 600 '${seen}/old' .fluxloop/credentials || exit 99`}
        ${fill}`;
      const after =
        `mkdir -p '${seen}/.fluxloop' && cp -r '${home.folder}' '${seen}' 2>/dev/null; chmod -R a+rX '${seen}'`;
      const { code, stdout, stderr } = await runMounted(
        "root",
        prepare,
        [home.program, "auth", "login", "--api-key-stdin"],
        { env: { HOME: home.path, FLUXLOOP_API_URL: platform.url }, stdin: DOCUMENTED_KEY },
        after,
      );
      const message =
        "Can't save credentials to ~/.fluxloop/credentials: the disk is full. Free some space and try again.";
      assertEquals([code, stdout, stderr], [1, "", `❌ Error: ${message}\n`]);
      if (old !== null) assertEquals(await Deno.readTextFile(`${seen}/.fluxloop/credentials`), old);
      assertEquals(filesWithKeys(`${seen}/.fluxloop`), old === null ? [] : ["credentials"]);
    });
  }
});
