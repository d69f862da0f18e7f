import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemError } from "../../../src/errors.ts";
import type { RunResult } from "../../../src/experiment/model.ts";
import { writeJUnit } from "../../../src/experiment/results/junit.ts";
import { removeTestHomes, type World, world } from "../../support/world.ts";
import { experimentOf, failed, HOSTILE, LEAKED_KEY, passed } from "../../support/experiments.ts";

describe("a JUnit report", () => {
  let here: World;

  beforeEach(() => void (here = world()));
  afterEach(removeTestHomes);

  async function write(runs: readonly RunResult[], name = "Nightly", path = "reports/junit.xml"): Promise<string> {
    const folder = await experimentOf(here.context, here.home, runs, { name });
    await writeJUnit(`${here.home}/${path}`, folder);
    return Deno.readTextFileSync(`${here.home}/${path}`);
  }

  it("has a case for each run", async () => {
    const text = await write([passed(1, "Fine"), failed(2, "It crashed", ["Traceback"])]);
    const id = /exp_\w+/.exec(text)![0];
    assertEquals(
      text,
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Nightly" tests="2" failures="1" errors="0" time="0.203">
<testsuite name="Nightly" tests="2" failures="1" errors="0" time="0.203" skipped="0" timestamp="2024-01-22T12:00:00">
<properties><property name="experiment" value="${id}"/></properties>
<testcase name="inp_1" classname="Nightly" time="0.101"><system-out>Fine</system-out></testcase>
<testcase name="inp_2" classname="Nightly" time="0.102"><failure type="timeout" message="It crashed">Input: Question 2

It crashed</failure><system-err>Traceback</system-err></testcase>
</testsuite>
</testsuites>
`,
    );
  });

  it("numbers the iterations of an input", async () => {
    const again = { ...passed(1), request: { ...passed(1).request, iteration: 1 } };
    assertEquals([...(await write([passed(1), again])).matchAll(/testcase name="(.*?)"/g)].map((it) => it[1]), [
      "inp_1",
      "inp_1 #2",
    ]);
  });

  it("has only valid XML characters, no keys and no markup from outputs", async () => {
    const input = { id: `${HOSTILE}\n`, text: HOSTILE, persona: null };
    const hostile = passed(1, HOSTILE, { request: { runId: "1", input, iteration: 0 } });
    const text = await write([hostile, failed(2, HOSTILE, [HOSTILE])], HOSTILE);
    // XML 1.0, 2.2.
    assertMatch(text, /^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
    assertStringIncludes(text, "\\x00\\x07\\x1b[31m\\x9b");
    assertEquals([text.includes(LEAKED_KEY), text.includes("<script>"), text.includes("]]>")], [false, false, false]);
  });

  it("truncates long outputs", async () => {
    assertMatch(
      await write([passed(1, "x".repeat(70_000))]),
      /x{65536}\n… and 4464 more characters in results\.jsonl/,
    );
  });

  it("replaces an older report", async () => {
    await write([passed(1)]);
    assertStringIncludes(await write([passed(2)]), "inp_2");
    assertEquals([...Deno.readDirSync(`${here.home}/reports`)].map((it) => it.name), ["junit.xml"]);
  });

  it("is complete when two experiments write it at the same time", async () => {
    const texts = ["a", "b"].map((it) => it.repeat(100_000));
    const folders = [];
    for (const text of texts) {
      folders.push(await experimentOf(here.context, here.home, [1, 2, 3, 4].map((it) => passed(it, text))));
    }
    await Promise.all(folders.map((it) => writeJUnit(`${here.home}/junit.xml`, it)));
    const text = Deno.readTextFileSync(`${here.home}/junit.xml`);
    assertMatch(text, /^<\?xml[^]*<\/testsuites>\n$/);
    assertEquals([text.includes("aaa"), text.includes("bbb")].filter((it) => it).length, 1);
  });

  it("reports a folder in its place", async () => {
    Deno.mkdirSync(`${here.home}/reports/junit.xml`, { recursive: true });
    await assertRejects(() => write([]), SystemError, "Can't write ");
  });
});
