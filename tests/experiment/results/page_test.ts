import { assertEquals, assertMatch } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { createHash } from "node:crypto";
import type { RunResult } from "../../../src/experiment/model.ts";
import { durationText } from "../../../src/experiment/results/html_text.ts";
import { removeTestHomes, type World, world } from "../../support/world.ts";
import { experimentOf, failed, HOSTILE, passed } from "../../support/experiments.ts";

describe("an experiment's page", () => {
  let here: World;

  beforeEach(() => void (here = world()));
  afterEach(removeTestHomes);

  async function page(runs: readonly RunResult[], options?: Parameters<typeof experimentOf>[3]): Promise<string> {
    const folder = await experimentOf(here.context, here.home, runs, options);
    return Deno.readTextFileSync(`${folder}/result.html`);
  }
  const count = (text: string, part: string) => text.split(part).length - 1;

  it("allows only its own style sheet and script", async () => {
    const text = await page([passed(1)]);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)![1];
    const hash = (tag: string) => {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)![1];
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    };
    assertEquals(
      policy,
      `default-src 'none'; style-src ${hash("style")}; script-src ${
        hash("script")
      }; base-uri 'none'; form-action 'none'`,
    );
  });

  it("has no external references", async () => {
    const text = await page([passed(1), failed(2)]);
    assertEquals([...text.matchAll(/ (?:src|srcset|style|on\w+)=|@import|url\(|https?:/g)].map((it) => it[0]), []);
  });

  it("shows each transcript", async () => {
    const text = await page([
      passed(1, "First line\n\n<second>"),
      failed(2, "It crashed", ["Traceback", "ValueError"]),
    ]);
    const shown = [
      "Question 1",
      "First line\n\n&lt;second&gt;",
      "Question 2",
      "It crashed",
      "Traceback\nValueError",
      "In a hurry",
    ];
    assertEquals(shown.filter((it) => !text.includes(it)), []);
  });

  it("escapes all text", async () => {
    const harmless = await page([passed(1), failed(2, "x", ["x"])]);
    const { request } = passed(1);
    const input = { id: HOSTILE, text: HOSTILE, persona: { id: HOSTILE, name: HOSTILE } };
    const hostile = await page([
      passed(1, HOSTILE, { request: { ...request, runId: HOSTILE, input } }),
      failed(2, HOSTILE, [HOSTILE]),
    ], {
      name: HOSTILE,
      origin: { bundleVersionId: HOSTILE },
    });
    for (const tag of ["<script", "<img", "</pre>", "<details", "<h1"]) {
      assertEquals([tag, count(hostile, tag)], [tag, count(harmless, tag)]);
    }
  });

  it("writes control characters as escapes", async () => {
    const text = await page([passed(1, "\0\x07\x1b[31m\x9b\r\n\rx")]);
    // deno-lint-ignore no-control-regex -- the page must not contain them
    assertEquals(/[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]/.test(text), false);
    assertMatch(text, /\\x00\\x07\\x1b\[31m\\x9b\r\n\\x0dx/);
  });

  it("keeps right-to-left text and emoji", async () => {
    const output = "مرحبا \u{1f468}\u200d\u{1f469}\u200d\u{1f467} שלום";
    assertMatch(await page([passed(1, output)]), new RegExp(`<pre dir="auto">\n${output}</pre>`));
  });

  it("truncates long outputs and says where the rest is", async () => {
    const text = await page([passed(1, "x".repeat(100_000))]);
    assertMatch(text, /x{65536}<\/pre><p>… and 34,464 more characters in results\.jsonl<\/p>/);
  });

  it("groups equal failures, starting with the most frequent", async () => {
    const text = await page([failed(1, "Rare"), failed(2, "Frequent"), failed(3, "Frequent"), passed(4)]);
    assertEquals([...text.matchAll(/<b>(.*?)<\/b>.*?<a href="(.*?)">(.*?)</g)].map((it) => it.slice(1)), [
      ["2 ×", "#r-2", "Frequent"],
      ["1 ×", "#r-1", "Rare"],
    ]);
  });

  it("says after how many runs the test stopped", async () => {
    const text = await page([passed(1)], { ending: "interrupted", origin: { planned: 1200 } });
    assertMatch(text, /stopped after 1 of 1,200 runs/);
  });

  it("shows at most 5,000 runs, including all that failed", async () => {
    const text = await page(
      Array.from({ length: 5050 }, (_, index) => index < 5040 ? passed(index) : failed(index)),
    );
    assertEquals([count(text, "<details"), count(text, 'class="run no"')], [5000, 10]);
    assertMatch(text, /5,000 of 5,050 runs are shown/);
  });

  it("works without runs", async () => {
    assertMatch(await page([], { ending: "interrupted", origin: { planned: 10 } }), /Pass rate<\/dt><dd>–/);
  });

  const rates: [number, number, string][] = [[1, 0, "100 %"], [0, 1, "0 %"], [1999, 1, "99.9 %"], [
    1,
    1999,
    "&lt; 0.1 %",
  ]];
  for (const [good, bad, rate] of rates) {
    it(`shows ${good} passed and ${bad} failed as ${rate}`, async () => {
      const runs = Array.from({ length: good + bad }, (_, index) => index < good ? passed(index) : failed(index));
      assertEquals(/Pass rate<\/dt><dd>(.*?)<\/dd>/.exec(await page(runs))?.[1], rate);
    });
  }

  const durations: [number, string][] = [
    [0, "0 ms"],
    [0.04, "0 ms"],
    [0.44, "0.4 ms"],
    [9.96, "10 ms"],
    [87.4, "87 ms"],
    [999.4, "999 ms"],
    [1250, "1.25 s"],
    [12_340, "12.3 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 0 s"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h 0 min"],
    [4_000_000_000, "1,111 h 6 min"],
  ];
  for (const [duration, shown] of durations) {
    it(`shows ${duration} ms as ${shown}`, () => assertEquals(durationText(duration), shown));
  }
});
