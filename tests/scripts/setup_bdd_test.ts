import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { BDD } from "../../scripts/setup/bdd.ts";

let folder: string;

/** Runs tests. @returns Whether they pass, what they print, and whether an error is reported. */
async function run(tests: string): Promise<{ success: boolean; printed: string[]; threw: boolean }> {
  const file = `${folder}/sample_test.js`;
  const names = "afterAll, afterEach, beforeAll, beforeEach, describe, it";
  await Deno.writeTextFile(file, `import { ${names} } from "./bdd.js";\n${tests}`);
  const args = ["test", "--no-config", "--no-lock", "--no-prompt", file];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  const output = new TextDecoder().decode(stdout);
  const printed = (output.match(/^> .*$/gm) ?? []).map((it) => it.slice(2));
  return { success, printed, threw: output.includes("Error: thrown") };
}

describe("the replacement for @std/testing/bdd", () => {
  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/bdd.js`, BDD);
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  it("runs the hooks of all enclosing suites in order, outer ones first before and last after a test", async () => {
    const hooks = (suite: string) =>
      ["beforeAll", "beforeEach", "afterEach", "afterAll"]
        .map((it) => `${it}(() => console.log("> ${suite} ${it}"));`).join("\n");
    const { success, printed } = await run(`
      describe("outer", () => {
        ${hooks("outer")}
        beforeEach(() => console.log("> second beforeEach"));
        describe("inner", () => {
          ${hooks("inner")}
          it("case", () => console.log("> case"));
        });
      });
    `);
    assertEquals([success, printed], [true, [
      "outer beforeAll",
      "inner beforeAll",
      "outer beforeEach",
      "second beforeEach",
      "inner beforeEach",
      "case",
      "inner afterEach",
      "outer afterEach",
      "inner afterAll",
      "outer afterAll",
    ]]);
  });

  it("runs afterEach and afterAll when a test fails", async () => {
    const { success, printed } = await run(`
      describe("suite", () => {
        afterEach(() => console.log("> afterEach"));
        afterAll(() => console.log("> afterAll"));
        it("case", () => { throw new Error("thrown"); });
      });
    `);
    assertEquals([success, printed], [false, ["afterEach", "afterAll"]]);
  });

  const fails: Record<string, string> = {
    "a beforeAll": 'beforeAll(() => { throw new Error("thrown"); }); it("case", () => {});',
    "a beforeEach": 'beforeEach(() => { throw new Error("thrown"); }); it("case", () => {});',
    "an afterEach": 'afterEach(() => { throw new Error("thrown"); }); it("case", () => {});',
    "an afterAll": 'afterAll(() => { throw new Error("thrown"); }); it("case", () => {});',
    "a test": 'it("case", async () => { await undefined; throw new Error("thrown"); });',
    "a test in a nested suite": 'describe("inner", () => it("case", () => { throw new Error("thrown"); }));',
    "a promise that isn't awaited":
      'it("case", async () => { Promise.reject(new Error("thrown")); await new Promise((done) => setTimeout(done)); });',
    "a timer": `it("case", () => new Promise((done) => {
      setTimeout(() => { setTimeout(done); throw new Error("thrown"); });
    }));`,
    "an event listener": `it("case", () => {
      const target = new EventTarget();
      target.addEventListener("event", () => { throw new Error("thrown"); });
      target.dispatchEvent(new Event("event"));
    });`,
  };
  for (const [what, body] of Object.entries(fails)) {
    it(`fails when ${what} does`, async () => {
      const { success, threw } = await run(`describe("suite", () => { ${body} });`);
      assertEquals({ success, threw }, { success: false, threw: true });
    });
  }
});
