import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { ConfigurationError, SystemError } from "../../src/errors.ts";
import { openSeededStorage } from "../../src/embedded_platform/seed.ts";
import { openStorage } from "../../src/embedded_platform/storage.ts";
import { itOnUnix, modeOf } from "../support/systems.ts";
import { Fixture, random, SEED_DAY } from "./running_platform.ts";

describe("the data folder", () => {
  let folder: string;
  let dataDir: string;
  let file: string;

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    dataDir = join(folder, "home", "platform");
    file = join(dataDir, "platform.db");
  });

  afterEach(() => Deno.remove(folder, { recursive: true }));

  /** Writes a file in place of the database. */
  function writeDatabaseFile(text: string): void {
    Deno.mkdirSync(dataDir, { recursive: true });
    Deno.writeTextFileSync(file, text);
  }

  /** Changes the database with SQL. */
  function alter(sql: string): void {
    Deno.mkdirSync(dataDir, { recursive: true });
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  }

  function tableNames(): unknown[] {
    const database = new DatabaseSync(file);
    const rows = database.prepare("SELECT name FROM sqlite_schema").all();
    database.close();
    return rows.map((it) => it.name);
  }

  itOnUnix("is private to its owner with any umask", async () => {
    const server = new Fixture("serve.ts", dataDir);
    await server.nextLine();
    const files = ["", "/platform", "/platform/platform.db", "/platform/platform.db-wal", "/platform/platform.db-shm"];
    const modes = files.map((it) => modeOf(`${folder}/home${it}`));
    await server.kill();
    assertEquals(modes, ["700", "700", "600", "600", "600"]);
  });

  it("contains no key, only its hash", async () => {
    const server = new Fixture("serve.ts", dataDir);
    const { apiKey } = JSON.parse(await server.nextLine());
    // A killed server leaves the write-ahead log, which contains everything that was written.
    await server.kill();
    const files = [...Deno.readDirSync(dataDir)].map((it) => Deno.readFileSync(`${dataDir}/${it.name}`));
    const contents = files.map((it) => new TextDecoder("latin1").decode(it)).join("");
    assertStringIncludes(contents, "My Development Key");
    assertEquals(contents.includes(apiKey.slice("flux_dev_abcd".length)), false);
  });

  it("may contain an empty database file, as after a crash", () => {
    writeDatabaseFile("");
    openStorage(dataDir).close();
    assertEquals(tableNames().includes("api_keys"), true);
  });

  it("still counts as new after seeding it failed", () => {
    assertThrows(() =>
      openStorage(dataDir, (storage) => {
        storage.insert("usage", { month: "2024-01", runs: 1 });
        throw new Error("out of power");
      })
    );
    const { storage, apiKey } = openSeededStorage({ dataDir, now: () => SEED_DAY, random });
    storage.close();
    assertEquals(typeof apiKey, "string");
  });

  it("is rejected if its database has another version", () => {
    openStorage(dataDir).close();
    alter("PRAGMA user_version = 999");
    const error = assertThrows(() => openStorage(dataDir), ConfigurationError);
    assertEquals(
      error.message,
      `The platform's database ${file} was created by another version of fluxloop. Use that version or another data folder.`,
    );
  });

  it("is rejected if its file isn't a database", () => {
    writeDatabaseFile("Dear diary, today I tried fluxloop.".repeat(100));
    const error = assertThrows(() => openStorage(dataDir), ConfigurationError);
    assertEquals(
      error.message,
      `${file} isn't a database of the embedded platform. Use another data folder.`,
    );
  });

  it("doesn't change a file that isn't a database", () => {
    const text = "Dear diary, today I tried fluxloop.".repeat(100);
    writeDatabaseFile(text);
    assertThrows(() => openStorage(dataDir));
    assertEquals(Deno.readTextFileSync(file), text);
  });

  it("is rejected if its database belongs to another program", () => {
    alter("CREATE TABLE recipes (name TEXT)");
    assertThrows(() => openStorage(dataDir), ConfigurationError, "isn't a database of the embedded platform");
  });

  it("doesn't change another program's database", () => {
    alter("CREATE TABLE recipes (name TEXT)");
    const before = Deno.readFileSync(file);
    assertThrows(() => openStorage(dataDir));
    assertEquals(Deno.readFileSync(file), before);
  });

  it("is rejected if it is a file", () => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    const error = assertThrows(() => openStorage(`${folder}/file`), ConfigurationError);
    assertEquals(error.message, `The data folder ${folder}/file isn't a folder`);
  });

  it("is rejected if its parent is a file", () => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    const error = assertThrows(() => openStorage(`${folder}/file/data`), ConfigurationError);
    assertEquals(error.message, `The data folder ${folder}/file/data isn't a folder`);
  });

  it("is named in the error if its database can't be opened", () => {
    Deno.mkdirSync(file, { recursive: true });
    assertThrows(() => openStorage(dataDir), SystemError, `Can't open the platform's database ${file}: `);
  });
});
