/**
 * Takes screenshots of the embedded platform's pages, for review: `deno task screenshots`.
 *
 * @module
 */
import { startLocalPlatform } from "../src/embedded_platform/server.ts";
import { openBrowser, openPage, type Page } from "../tests/support/browser.ts";
import { installCommand, installMissing } from "./debian_tools.ts";

const FOLDER = new URL("../dist/screenshots/", import.meta.url);
const BROWSER = [{ command: "chromium", package: "chromium" }];
const SCREEN = { width: 1100, height: 900 };
const DEVICES = {
  light: { colorScheme: "light", viewport: SCREEN },
  dark: { colorScheme: "dark", viewport: SCREEN },
  phone: { colorScheme: "light", viewport: { width: 375, height: 800 }, deviceScaleFactor: 2, isMobile: true },
} as const;

if ((await installMissing(BROWSER)).length > 0) {
  console.error(`Chromium isn't installed. Run \`${installCommand(BROWSER)}\`.`);
  Deno.exit(1);
}
await Deno.mkdir(FOLDER, { recursive: true });
const browser = await openBrowser();
try {
  for (const device of ["light", "dark", "phone"] as const) await takeScreenshots(device);
} finally {
  await browser.close();
}
console.log(`Saved the screenshots to ${FOLDER.pathname}`);

async function takeScreenshots(device: keyof typeof DEVICES): Promise<void> {
  const platform = await startLocalPlatform({
    port: 0,
    dataDir: null,
    now: () => new Date(),
    random: (bytes) => crypto.getRandomValues(bytes),
  });
  const page = await openPage(browser, DEVICES[device]);
  try {
    await page.goto(platform.signInUrl);
    await createKey(page, "nightly evaluation", "Continuous integration (flux_ci_)");
    await capture(page, device, "api-keys");
    await page.getByRole("link", { name: "Delete nightly evaluation" }).click();
    await capture(page, device, "api-keys-delete");
    const { verification_url } = await startLogin(platform.url);
    await page.goto(verification_url);
    await capture(page, device, "connect-code");
    await page.getByRole("button", { name: "Continue" }).click();
    await capture(page, device, "connect");
    await page.getByRole("button", { name: "Approve" }).click();
    await capture(page, device, "connect-approved");
  } finally {
    await page.context().close();
    await platform.stop();
  }
}

async function createKey(page: Page, name: string, environment: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Environment").selectOption({ label: environment });
  await page.getByLabel("Only these projects:").check();
  await page.getByLabel("customer-support-bot").check();
  await page.getByLabel("Expires after").selectOption("30d");
  await page.getByRole("button", { name: "Create key" }).click();
}

async function startLogin(url: string): Promise<{ verification_url: string }> {
  const headers = { "content-type": "application/json", "user-agent": "fluxloop/0.1.0 (linux; x86_64)" };
  const response = await fetch(`${url}/api/cli-connect/start`, { method: "POST", body: "{}", headers });
  return await response.json();
}

async function capture(page: Page, device: string, name: string): Promise<void> {
  await page.screenshot({ path: new URL(`${name}-${device}.png`, FOLDER).pathname, fullPage: true });
}
