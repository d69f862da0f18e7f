import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { type LocalPlatform, startLocalPlatform } from "../../src/embedded_platform/server.ts";
import { assertAccessible, assertFits, openBrowser, openPage, type Page } from "../support/browser.ts";
import { fluxloop, PROGRAM } from "../support/program.ts";

const KEYS = "/settings/api-keys";

describe("the pages in a browser", () => {
  let browser: Browser;
  let platform: LocalPlatform;
  let home: string;
  let link: string;
  let clockOffset = 0;

  beforeAll(async () => {
    browser = await openBrowser();
    platform = await startLocalPlatform({
      port: 0,
      dataDir: null,
      now: () => new Date(Date.now() + clockOffset),
      random: (bytes) => crypto.getRandomValues(bytes),
      loginTimes: { codeLifetime: 60, pollInterval: 1 },
      onSignIn: (nextLink) => link = nextLink,
    });
    link = platform.signInUrl;
  });
  afterAll(async () => {
    await platform.stop();
    await browser.close();
  });

  beforeEach(async () => {
    home = await Deno.makeTempDir();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await Deno.remove(home, { recursive: true });
  });

  async function signIn(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await openPage(browser, options);
    await page.goto(link);
    return page;
  }

  /** Starts `auth login --web`. @returns The URL and code that it shows, and a function that waits for its exit. */
  async function login() {
    const child = new Deno.Command(PROGRAM, {
      args: ["auth", "login", "--web", "--no-browser", "--api-url", platform.url],
      clearEnv: true,
      env: { HOME: home },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = new Response(child.stdout).text();
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let stderr = "";
    while (!/this code: \S+\n/.test(stderr)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The login did not start: ${stderr}`);
      stderr += value;
    }
    const page = /^ {2}(http\S+)$/m.exec(stderr)![1];
    const code = /this code: (\S+)/.exec(stderr)![1];
    const rest = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) stderr += part.value;
    })();
    return {
      page,
      code,
      async end() {
        const { code } = await child.status;
        await rest;
        return { code, stdout: await stdout, stderr };
      },
    };
  }

  const status = () => fluxloop(["auth", "status"], { env: { HOME: home } });

  it("approve a login with only the keyboard", async () => {
    const page = await signIn();
    const started = await login();
    await page.goto(started.page);
    await tabTo(page, "Continue");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/connect\/\d+$/);
    assertStringIncludes(await page.innerText("main"), started.code);
    await tabTo(page, "Approve");
    await page.keyboard.press("Enter");
    await page.getByRole("status").waitFor();
    assertMatch(await page.innerText("main"), /Approved\. Your terminal continues by itself/);
    const { code, stdout } = await started.end();
    assertEquals([code, stdout.split("\n")[0]], [0, "✅ Successfully authenticated!"]);
    assertStringIncludes((await status()).stdout, "john@example.com");
  });

  it("deny a login", async () => {
    const page = await signIn();
    const started = await login();
    await page.goto(`${platform.url}/connect`);
    await page.getByLabel("Code").fill(started.code.toLowerCase());
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("status").waitFor();
    const { code, stderr } = await started.end();
    assertEquals([code, (await status()).code], [3, 3]);
    assertStringIncludes(stderr, "The login was denied in the browser. Nothing was saved.");
  });

  it("reject an expired code", async () => {
    const page = await signIn();
    const started = await login();
    clockOffset += 60_000;
    const { code, stderr } = await started.end();
    assertEquals([code, (await status()).code], [3, 3]);
    assertStringIncludes(stderr, "The code expired before the login was approved");
    await page.goto(started.page);
    await page.getByRole("button", { name: "Continue" }).click();
    assertStringIncludes(await page.innerText("main"), "No login is waiting for this code");
  });

  it("tell signed-out visitors about the link in the terminal", async () => {
    const page = await openPage(browser);
    const response = await page.goto(`${platform.url}/connect`);
    assertEquals(response?.status(), 401);
    assertStringIncludes(await page.innerText("main"), "the terminal in which “fluxloop platform serve” runs");
  });

  it("create a key that works until they delete it", async () => {
    const page = await signIn();
    await page.getByLabel("Name").fill("laptop");
    await page.getByLabel("Only these projects:").check();
    await page.getByLabel("sales-assistant").check();
    await page.getByRole("button", { name: "Create key" }).click();
    const key = await page.getByLabel(/copy it now/).inputValue();
    const { code } = await fluxloop(["auth", "login", "--api-key-stdin", "--api-url", platform.url], {
      env: { HOME: home },
      stdin: key,
    });
    assertEquals([code, (await status()).code], [0, 0]);
    await page.reload();
    assert(!(await page.content()).includes(key));

    await page.getByRole("link", { name: "Delete laptop" }).click();
    await page.getByLabel("Type the key’s name to delete it").fill("laptop");
    await page.getByRole("button", { name: "Delete key" }).click();
    await page.getByRole("status").waitFor();
    const after = await status();
    assertEquals(after.code, 3);
    assertStringIncludes(after.stderr, "❌ Error: Invalid API key\n");
    assertStringIncludes(after.stderr, `${platform.url}${KEYS}`);
  });

  it("replace a key with a new one", async () => {
    const page = await signIn();
    await page.getByRole("link", { name: "Regenerate My Development Key" }).click();
    await page.getByRole("button", { name: "Regenerate key" }).click();
    const key = await page.getByLabel(/copy it now/).inputValue();
    const codes = await Promise.all(
      [key, platform.apiKey!].map((it) =>
        fluxloop(["auth", "status"], { env: { FLUXLOOP_API_URL: platform.url, FLUXLOOP_API_KEY: it } })
      ),
    );
    assertEquals(codes.map(({ code }) => code), [0, 3]);
  });

  it("sign a visitor out", async () => {
    const page = await signIn();
    await page.getByRole("button", { name: "Sign out" }).click();
    assertStringIncludes(await page.innerText("main"), "You are signed out");
    await page.goBack();
    const response = await page.reload();
    assertEquals(response?.status(), 401);
  });

  it("load nothing that the browser blocks", async () => {
    const page = await signIn({ javaScriptEnabled: true });
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    const deletion = await page.getByRole("link", { name: /^Delete/ }).first().getAttribute("href");
    for (const path of [KEYS, "/connect", deletion!]) await page.goto(platform.url + path);
    assertEquals(messages, []);
  });

  it("mark the current page in the navigation with forced colours", async () => {
    const page = await signIn({ javaScriptEnabled: true });
    await page.emulateMedia({ forcedColors: "active" });
    const colours = await page.evaluate<string[]>(
      "[...document.querySelectorAll('nav a')].map((it) => getComputedStyle(it).borderBottomColor)",
    );
    const background = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    assertEquals(colours.map((it) => it === background), [false, true]);
  });

  it("are accessible in light and dark colours, and fit on a phone", async () => {
    const page = await signIn({ javaScriptEnabled: true });
    const check = async () => {
      await assertAccessible(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await assertAccessible(page, ["color-contrast"]);
      await page.emulateMedia({ colorScheme: "light" });
      for (const width of [375, 1100]) {
        await page.setViewportSize({ width, height: 900 });
        await assertFits(page);
      }
    };
    await check();
    await page.getByLabel("Name").fill("x".repeat(100));
    await page.getByLabel("Only these projects:").check();
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("alert").waitFor();
    await check();
    await page.getByLabel("sales-assistant").check();
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("status").waitFor();
    await check();
    for (const action of ["Regenerate", "Delete"]) {
      await page.getByRole("link", { name: `${action} x` }).click();
      await check();
      await page.getByRole("link", { name: "Cancel" }).click();
    }
    const started = await login();
    await page.goto(`${platform.url}/connect`);
    await page.getByLabel("Code").fill("BBBB-BBBB");
    await page.getByRole("button", { name: "Continue" }).click();
    await check();
    await page.goto(started.page);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await check();
    await page.getByRole("button", { name: "Deny" }).click();
    await started.end();
    await check();
    await page.getByRole("button", { name: "Sign out" }).click();
    await check();
  });
});

/** Presses Tab until the button with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 30; count++) {
    await page.keyboard.press("Tab");
    if (await page.locator(`button:focus:has-text("${name}")`).count() > 0) return;
  }
  throw new Error(`Tab never reached ${name}`);
}
