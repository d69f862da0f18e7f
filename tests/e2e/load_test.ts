import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { type Client, load, type LoadRequest } from "../support/load.ts";
import { ACCOUNT } from "../../src/embedded_platform/seed.ts";
import { openStorage } from "../../src/embedded_platform/storage.ts";
import { isoTime } from "../../src/embedded_platform/time.ts";
import { Fixture } from "../embedded_platform/running_platform.ts";
import { EXPIRED_KEY, fillPlatform, REVOKED_KEY } from "../support/platform.ts";
import { type ServedPlatform, servePlatform } from "../support/program.ts";

const isLong = Deno.env.has("FLUXLOOP_TEST_LONG");
const CLIENTS = isLong ? 200 : 25;
/** How many keys another process adds during the load. */
const ADDED = isLong ? 100 : 25;
/** Requests of each client; the long tests run for ten seconds instead. */
const REQUESTS = 14;

/** A client's key and its ID. */
interface Owner {
  readonly key: string;
  readonly id: string;
}

// deno-lint-ignore no-explicit-any -- an unexpected body may be anything
const me = ({ key, id }: Owner, isExpected: (body: any) => boolean = () => true): LoadRequest => ({
  path: "/api/auth/me",
  key,
  status: 200,
  // deno-lint-ignore no-explicit-any -- see above
  isExpected: (body: any) => body.api_key.id === id && body.account.id === ACCOUNT.id && isExpected(body),
});

const rejected = (key: string, code: string): LoadRequest => ({
  path: "/api/projects",
  key,
  status: 401,
  // deno-lint-ignore no-explicit-any -- see above
  isExpected: (body: any) => body.code === code,
});

/** @returns A client that cycles through valid and invalid requests while `goesOn` returns true. */
function client(owner: Owner, goesOn: (sent: number) => boolean): Client {
  const requests: LoadRequest[] = [
    me(owner, (body) => body.api_key.name === `client ${owner.id}` && body.usage.runs_this_month >= 0),
    // deno-lint-ignore no-explicit-any -- see above
    { path: "/api/projects", key: owner.key, status: 200, isExpected: (body: any) => body.projects.length === 1 },
    // deno-lint-ignore no-explicit-any -- see above
    { path: "/api/workspaces", key: owner.key, status: 200, isExpected: (body: any) => body.workspaces.length === 2 },
    rejected(`${owner.key}x`, "invalid_api_key"),
    rejected(EXPIRED_KEY, "expired_api_key"),
    rejected(REVOKED_KEY, "revoked_api_key"),
    // deno-lint-ignore no-explicit-any -- see above
    { path: "/nowhere", key: owner.key, status: 404, isExpected: (body: any) => body.detail === "Not found" },
  ];
  let sent = 0;
  return () => goesOn(sent) ? requests[sent++ % requests.length] : undefined;
}

describe(`the embedded platform with ${CLIENTS} concurrent clients`, () => {
  let folder: string;
  let dataDir: string;
  let platform: ServedPlatform;
  let owners: Owner[];

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    dataDir = `${folder}/data`;
    fillPlatform(dataDir);
    const storage = openStorage(dataDir);
    owners = Array.from({ length: CLIENTS }, (_, index) => {
      const key = `flux_ci_client${String(index).padStart(24, "0")}`;
      const { id } = storage.apiKeys.add({
        key,
        name: `client key_${index + 5}`,
        created_at: isoTime(new Date()),
        expires_at: null,
        scopes: ["prj_2"],
        permissions: [],
      });
      return { key, id };
    });
    storage.close();
    platform = await servePlatform(["--data", dataDir]);
  });

  afterEach(async () => {
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });

  it("responds correctly to every request", async () => {
    const end = performance.now() + 10_000;
    const goesOn = isLong ? () => performance.now() < end : (sent: number) => sent < REQUESTS;
    const { requests, failures } = await load(platform.url, owners.map((it) => client(it, goesOn)));
    assertEquals(failures, []);
    assertEquals(requests >= CLIENTS, true);
  });

  it("loses neither the keys that another process adds nor the times when keys were last used", async () => {
    const writer = new Fixture("add_keys.ts", dataDir);
    const added: string[] = [];
    let isBusy = true;
    // Uses each new key as soon as it is printed, and stops the load after enough of them.
    const adding = (async () => {
      while (added.length < ADDED) added.push(await writer.nextLine());
      isBusy = false;
    })();
    const clients = owners.map((it) => client(it, () => isBusy));
    let used = 0;
    const user: Client = () => {
      if (used === added.length) return isBusy ? me(owners[0]) : undefined;
      return { path: "/api/auth/me", key: added[used++], status: 200, isExpected: () => true };
    };
    const { failures } = await load(platform.url, [...clients, user]);
    await adding;
    const { rest } = await writer.kill();
    await platform.stop("SIGKILL");
    assertEquals(failures, []);

    const storage = openStorage(dataDir);
    const find = (key: string) => storage.apiKeys.find(key);
    const lost = [...added, ...rest].filter((it) => find(it) === undefined);
    const unused = [...owners.map((it) => it.key), ...added.slice(0, used)].filter((it) => !find(it)?.last_used_at);
    storage.close();
    assertEquals([lost, unused], [[], []]);
  });
});
