/**
 * Takes pictures of the embedded platform's pages, for people to look at: `deno task screenshots`.
 *
 * @module
 */
import { startLocalPlatform } from "../src/embedded_platform/server.ts";
import { openBrowser, openPage, type Page } from "../tests/support/browser.ts";
import { installCommand, installMissing } from "./debian_tools.ts";

const FOLDER = new URL("../dist/screenshots/", import.meta.url);
const BROWSER = [{ command: "chromium", package: "chromium" }];
const SCREEN = { width: 1100, height: 900 };
const LOOKS = {
  light: { colorScheme: "light", viewport: SCREEN },
  dark: { colorScheme: "dark", viewport: SCREEN },
  phone: { colorScheme: "light", viewport: { width: 375, height: 800 }, deviceScaleFactor: 2, isMobile: true },
} as const;

if ((await installMissing(BROWSER)).length > 0) {
  console.error(`No browser: run \`${installCommand(BROWSER)}\`.`);
  Deno.exit(1);
}
await Deno.mkdir(FOLDER, { recursive: true });
const browser = await openBrowser();
try {
  for (const look of ["light", "dark", "phone"] as const) await takePictures(look);
} finally {
  await browser.close();
}
console.log(`The pictures are in ${FOLDER.pathname}`);

async function takePictures(look: keyof typeof LOOKS): Promise<void> {
  const platform = await startLocalPlatform({
    port: 0,
    dataDir: null,
    now: () => new Date(),
    random: (bytes) => crypto.getRandomValues(bytes),
  });
  const page = await openPage(browser, LOOKS[look]);
  try {
    await page.goto(platform.signInUrl);
    await makeKey(page, "nightly evaluation", "Continuous integration (flux_ci_)");
    await shoot(page, look, "api-keys");
    await page.getByRole("link", { name: "Delete nightly evaluation" }).click();
    await shoot(page, look, "api-keys-delete");
    const { verification_url } = await begin(platform.url);
    await page.goto(verification_url);
    await shoot(page, look, "connect-code");
    await page.getByRole("button", { name: "Continue" }).click();
    await shoot(page, look, "connect");
    await page.getByRole("button", { name: "Approve" }).click();
    await shoot(page, look, "connect-approved");
  } finally {
    await page.context().close();
    await platform.stop();
  }
}

async function makeKey(page: Page, name: string, environment: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Environment").selectOption({ label: environment });
  await page.getByLabel("Only these projects:").check();
  await page.getByLabel("customer-support-bot").check();
  await page.getByLabel("Expires after").selectOption("30d");
  await page.getByRole("button", { name: "Create key" }).click();
}

async function begin(url: string): Promise<{ verification_url: string }> {
  const headers = { "content-type": "application/json", "user-agent": "fluxloop/0.1.0 (linux; x86_64)" };
  const response = await fetch(`${url}/api/cli-connect/start`, { method: "POST", body: "{}", headers });
  return await response.json();
}

async function shoot(page: Page, look: string, name: string): Promise<void> {
  await page.screenshot({ path: new URL(`${name}-${look}.png`, FOLDER).pathname, fullPage: true });
}
