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

/** Fails where axe-core finds something that keeps people out. The page has to allow scripts. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
  assertEquals(violations, []);
}

/** Fails where a page has to be moved sideways to be read. */
export async function assertFits(page: Page): Promise<void> {
  const [needed, there] = await page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]");
  assertEquals(needed, there);
}
