/**
 * Debian's Chromium, driven by Playwright.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export type { Page };

/** Opens a browser without a proxy, and without its sandbox, which doesn't work as root. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--no-proxy-server"] });
}

/** Opens a page in a new browser context, with JavaScript disabled by default. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  return await (await browser.newContext({ javaScriptEnabled: false, ...options })).newPage();
}

/**
 * Fails if axe-core finds a violation. The page needs JavaScript.
 *
 * @param rules The rules to check; `null` checks all.
 */
export async function assertAccessible(page: Page, rules: readonly string[] | null = null): Promise<void> {
  if (!await page.evaluate("'axe' in globalThis")) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (rules) => {
    const options = rules === null ? {} : { runOnly: [...rules] };
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(options);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }, rules);
  assertEquals(violations, []);
}

/** Fails if a page needs horizontal scrolling. */
export async function assertFits(page: Page): Promise<void> {
  const [content, viewport] = await page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]");
  assertEquals(content, viewport);
}
