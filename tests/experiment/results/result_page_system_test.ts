import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { type Browser, chromium, type Page } from "playwright-core";
import type { RunResult } from "../../../src/experiment/model.ts";
import { writeJUnit } from "../../../src/experiment/results/junit.ts";
import { experimentOf, failed, HOSTILE, LEAKED_KEY, passed } from "../../support/experiments.ts";
import { removeTestHomes, type World, world } from "../../support/world.ts";

const RUNS = [
  passed(1, "The parcel is late"),
  failed(2, "It crashed", ["Traceback"]),
  passed(3, "A refund is on its way"),
];

/** @returns Runs of an agent whose texts are all attacks. */
function hostile(): RunResult[] {
  const input = { id: HOSTILE, text: HOSTILE, persona: { id: HOSTILE, name: HOSTILE } };
  const request = { runId: HOSTILE, input, iteration: 1 };
  return [passed(1, HOSTILE, { request }), failed(2, HOSTILE, [HOSTILE]), passed(3, "x".repeat(3000))];
}

describe("an experiment's page in Chromium", () => {
  let browser: Browser;
  let here: World;
  /** The `page` of all tests but the one without JavaScript. */
  let sharedPage: Page;
  let page: Page;
  /** Console messages, errors and dialogs. */
  let messages: string[];
  let requests: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    sharedPage = await browser.newPage();
    sharedPage.on("console", (message) => messages.push(message.text()));
    sharedPage.on("pageerror", (error) => messages.push(error.message));
    sharedPage.on("dialog", async (dialog) => {
      messages.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    sharedPage.on("request", (request) => requests.push(request.url().split("#")[0]));
  });
  afterAll(() => browser.close());

  beforeEach(() => {
    here = world();
    page = sharedPage;
    messages = [];
    requests = [];
  });
  afterEach(removeTestHomes);

  async function open(
    runs: readonly RunResult[],
    experiment?: Parameters<typeof experimentOf>[3],
  ): Promise<string> {
    const folder = await experimentOf(here.context, here.home, runs, experiment);
    const url = `file://${folder}/result.html`;
    await page.goto(url);
    assertEquals(requests.filter((it) => it !== url), []);
    return folder;
  }
  /** @returns The input IDs of the visible runs, in order. */
  const ids = () =>
    page.locator("#runs").evaluate((it) => {
      interface Run {
        checkVisibility(): boolean;
        querySelector(selector: string): { textContent: string };
      }
      const list = it as unknown as { children: Iterable<Run> };
      return [...list.children].filter((run) => run.checkVisibility()).map((run) =>
        run.querySelector(".id").textContent
      );
    });
  const search = (words: string) => page.getByRole("searchbox").fill(words);

  it("causes no errors and no requests", async () => {
    await open(RUNS);
    await search("parcel");
    await page.getByText("1 of 3 runs").waitFor();
    assertEquals([messages, requests.length], [[], 1]);
  });

  it("shows hostile texts as plain text", async () => {
    await open(hostile(), { name: HOSTILE });
    await page.locator("summary").first().click();
    const output = await page.locator(".says pre").first().innerText();
    assertMatch(
      output,
      /^<\/pre><script>alert\(1\)<\/script><img src=x onerror=alert\(2\)> \]\]> & "'\\x00\\x07\\x1b\[31m/,
    );
    assertEquals([await page.locator("script").count(), await page.locator("img").count(), messages], [1, 0, []]);
    assert(!(await page.content()).includes(LEAKED_KEY));
  });

  it("blocks injected scripts", async () => {
    await open(RUNS);
    await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: { body: { insertAdjacentHTML(at: string, html: string): void } };
      };
      document.body.insertAdjacentHTML(
        "beforeend",
        '<img src="data:," onerror="alert(1)"><a href="javascript:alert(2)" id=x>x</a>',
      );
    });
    await page.locator("#x").click();
    const refusals = messages.filter((it) => /Content Security Policy/.test(it));
    assertEquals([refusals.length >= 2, messages.filter((it) => it.startsWith("dialog"))], [true, []]);
  });

  const searches: [string, string[]][] = [
    ["PARCEL", ["inp_1"]],
    ["question 3", ["inp_3"]],
    ["traceback", ["inp_2"]],
    ["refund way", ["inp_3"]],
    ["question", ["inp_1", "inp_2", "inp_3"]],
    ["nothing of that kind", []],
  ];
  it("finds runs that contain all words, ignoring case", async () => {
    await open(RUNS);
    for (const [words, found] of searches) {
      await search(words);
      await page.getByText(`${found.length} of 3 runs`).waitFor();
      assertEquals(await ids(), found, words);
    }
  });

  it("limits the found runs to failed ones", async () => {
    await open(RUNS);
    await page.getByText("Failed 1").click();
    assertEquals(await ids(), ["inp_2"]);
    await search("parcel");
    await page.getByText("0 of 3 runs").waitFor();
  });

  it("sorts the slowest runs first", async () => {
    await open(RUNS);
    await page.getByRole("combobox").selectOption("slowest");
    assertEquals(await ids(), ["inp_3", "inp_2", "inp_1"]);
  });

  for (const [what, link] of [["a failure", "It crashed"], ["a bar of the chart", "Run 2: 102 ms, failed"]]) {
    it(`opens the run that ${what} links to, regardless of the search`, async () => {
      await open(RUNS);
      await search("parcel");
      await page.getByText("1 of 3 runs").waitFor();
      const target = page.locator("a").filter({ hasText: link }).first();
      await target.dispatchEvent("click");
      await page.locator("#r-2").getByText("Traceback").waitFor();
    });
  }

  it("focuses the search on /", async () => {
    await open(RUNS);
    await page.keyboard.press("/");
    await page.keyboard.type("refund");
    await page.getByText("1 of 3 runs").waitFor();
  });

  it("can be read and filtered by outcome without JavaScript", async () => {
    page = await browser.newPage({ javaScriptEnabled: false });
    await open(RUNS);
    assertEquals(await page.getByRole("searchbox").isVisible(), false);
    await page.getByText("Passed 2").click();
    assertEquals(await ids(), ["inp_1", "inp_3"]);
    await page.locator("summary").first().click();
    assert(await page.locator("#r-1").getByText("Question 1").isVisible());
    await page.close();
  });

  it("fits narrow and wide screens even with long words", async () => {
    await open([...hostile(), ...RUNS], { name: "x".repeat(200) });
    await page.locator("summary").nth(2).click();
    for (const width of [320, 390, 768, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.locator("html").evaluate((it) => (it as unknown as { scrollWidth: number }).scrollWidth);
      assertEquals(wide, width);
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has readable colours in ${colorScheme} mode`, async () => {
      await page.emulateMedia({ colorScheme });
      await open(RUNS);
      const colour = (selector: string, name: string) =>
        page.locator(selector).first().evaluate(
          (it, property) => {
            const { getComputedStyle } = globalThis as unknown as {
              getComputedStyle(element: unknown): { getPropertyValue(name: string): string };
            };
            return getComputedStyle(it).getPropertyValue(property).match(/\d+/g)!.slice(0, 3).map(Number);
          },
          name,
        );
      const background = await colour("body", "background-color");
      assertEquals(luminance(background) < 0.5, colorScheme === "dark");
      const card = await colour(".runs", "background-color");
      for (
        const selector of ["summary .id", "summary .first", ".yes summary i", ".no summary i", ".kind", ".tiles dt"]
      ) {
        const ratio = contrast(await colour(selector, "color"), card);
        assert(ratio >= 4.5, `${selector} has a contrast of ${ratio.toFixed(1)} (WCAG 2.2, 1.4.3 asks for 4.5)`);
      }
    });
  }

  it("searches 5,000 runs", async () => {
    const runs = Array.from({ length: 5000 }, (_, index) => index % 50 === 0 ? failed(index) : passed(index));
    await open(runs);
    await search("answer 4999");
    await page.getByText("1 of 5,000 runs").waitFor();
    assertEquals([await ids(), messages], [["inp_4999"], []]);
  });

  it("has a JUnit report that is well-formed XML even for hostile outputs", async () => {
    const folder = await open(hostile(), { name: HOSTILE });
    await writeJUnit(`${here.home}/junit.xml`, folder);
    await page.goto(`file://${here.home}/junit.xml`);
    const names = await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: { querySelectorAll(selector: string): Iterable<{ tagName: string }> };
      };
      return [...document.querySelectorAll("parsererror, testsuite, testcase")].map((it) => it.tagName);
    });
    assertEquals(names, ["testsuite", "testcase", "testcase", "testcase"]);
  });
});

/** `colour` is red, green and blue from 0 to 255 (WCAG 2.2, "relative luminance"). */
function luminance(colour: readonly number[]): number {
  const [red, green, blue] = colour.map((it) => it / 255).map((it) =>
    it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
