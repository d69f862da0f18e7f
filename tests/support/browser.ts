/**
 * Debian's Chromium, driven as a person would use it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export type { Page };

/** @returns A browser; the caller closes it. It has no proxy, and its sandbox is off: tests run as root, too. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--no-proxy-server"] });
}

/** @returns A page in a profile of its own, in which no script of a page runs unless told otherwise. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  return await (await browser.newContext({ javaScriptEnabled: false, ...options })).newPage();
}

/** How a page is looked at. */
export const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1100, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1100, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 375, height: 800 }, deviceScaleFactor: 2, isMobile: true },
};

/** The axe-core rules whose outcome depends on the look; `null` for all rules, which one look is enough for. */
const RULES: Readonly<Record<string, readonly string[] | null>> = {
  light: null,
  dark: ["color-contrast"],
  phone: ["meta-viewport", "scrollable-region-focusable"],
};

/** Fails where axe-core finds a barrier in this look. The page has to allow scripts. */
export async function assertAccessible(page: Page, look = "light"): Promise<void> {
  if (!await page.evaluate("'axe' in globalThis")) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (rules) => {
    const options = rules === null ? {} : { runOnly: [...rules] };
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(options);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }, RULES[look]);
  assertEquals(violations, []);
}

/** Fails where a page has to be moved sideways to be read. */
export async function assertFits(page: Page): Promise<void> {
  const [needed, there] = await page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]");
  assertEquals(needed, there);
}
