import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { Browser } from "playwright-core";
import { type LocalPlatform, startLocalPlatform } from "../../src/embedded_platform/server.ts";
import { assertAccessible, assertFits, LOOKS, openBrowser, openPage, type Page } from "../support/browser.ts";
import { fluxloop, PROGRAM } from "../support/program.ts";

const KEYS = "/settings/api-keys";

describe("the embedded platform's pages in a browser", () => {
  let browser: Browser;
  let home: string;
  const closings: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    home = await Deno.makeTempDir();
    closings.push(() => Deno.remove(home, { recursive: true }));
  });
  afterEach(async () => {
    for (const close of closings.splice(0).reverse()) await close();
  });

  /** Starts a platform in this process, which may be asked every second whether a login was approved. */
  async function serve(codeLifetime = 60): Promise<LocalPlatform> {
    const platform = await startLocalPlatform({
      port: 0,
      dataDir: null,
      now: () => new Date(),
      random: (bytes) => crypto.getRandomValues(bytes),
      deviceLoginTimes: { codeLifetime, pollInterval: 1 },
    });
    closings.push(() => platform.stop());
    return platform;
  }

  async function signIn(
    { signInUrl }: { signInUrl: string },
    look: keyof typeof LOOKS = "light",
    scripts = false,
  ): Promise<Page> {
    const page = await openPage(browser, { ...LOOKS[look], javaScriptEnabled: scripts });
    closings.push(() => page.context().close());
    await page.goto(signInUrl);
    return page;
  }

  /** Starts `auth login --web`. @returns The address that it shows, and its end. */
  async function login(url: string) {
    const child = new Deno.Command(PROGRAM, {
      args: ["auth", "login", "--web", "--no-browser", "--api-url", url],
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
      if (done) throw new Error(`The login did not begin: ${stderr}`);
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

  it("let a program in with the keyboard alone", async () => {
    const platform = await serve();
    const page = await signIn(platform);
    const login_ = await login(platform.url);
    await page.goto(login_.page);
    await tabTo(page, "Continue");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/connect\/\d+$/);
    assertStringIncludes(await page.innerText("main"), login_.code);
    await tabTo(page, "Approve");
    await page.keyboard.press("Enter");
    await page.getByRole("status").waitFor();
    assertMatch(await page.innerText("main"), /Approved\. Your terminal goes on by itself/);
    const { code, stdout } = await login_.end();
    assertEquals([code, stdout.split("\n")[0]], [0, "✅ Successfully authenticated!"]);
    assertStringIncludes((await status()).stdout, "john@example.com");
  });

  it("do not let a program in that is denied", async () => {
    const platform = await serve();
    const page = await signIn(platform);
    const login_ = await login(platform.url);
    await page.goto(`${platform.url}/connect`);
    await page.getByLabel("Code").fill(login_.code.toLowerCase());
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("status").waitFor();
    const { code, stderr } = await login_.end();
    assertEquals([code, (await status()).code], [3, 3]);
    assertStringIncludes(stderr, "The login was denied in the browser. Nothing was saved.");
  });

  it("do not let a program in whose code has run out", async () => {
    const platform = await serve(2);
    const page = await signIn(platform);
    const login_ = await login(platform.url);
    const { code, stderr } = await login_.end();
    assertEquals([code, (await status()).code], [3, 3]);
    assertStringIncludes(stderr, "The code expired before the login was approved");
    await page.goto(login_.page);
    await page.getByRole("button", { name: "Continue" }).click();
    assertStringIncludes(await page.innerText("main"), "No program waits under this code");
  });

  it("send somebody who has not signed in to the link in the terminal", async () => {
    const platform = await serve();
    const page = await openPage(browser);
    closings.push(() => page.context().close());
    const answer = await page.goto(`${platform.url}/connect`);
    assertEquals(answer?.status(), 401);
    assertStringIncludes(await page.innerText("main"), "the terminal in which “fluxloop platform serve” runs");
  });

  it("make a key that one logs in with, and delete it, after which it is not taken", async () => {
    const platform = await serve();
    const page = await signIn(platform);
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

  it("make a new key in the place of one that works no longer", async () => {
    const platform = await serve();
    const page = await signIn(platform);
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

  it("sign somebody out", async () => {
    const page = await signIn(await serve());
    await page.getByRole("button", { name: "Sign out" }).click();
    assertStringIncludes(await page.innerText("main"), "You are signed out");
    await page.goBack();
    const answer = await page.reload();
    assertEquals(answer?.status(), 401);
  });

  it("say nothing of what a browser kept from them", async () => {
    const page = await signIn(await serve(), "light", true);
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    for (const path of [KEYS, "/connect", `${KEYS}/key_1/delete`]) await page.goto(new URL(path, page.url()).href);
    assertEquals(complaints, []);
  });

  it("mark one place as the page's own where the system chooses the colours", async () => {
    const page = await signIn(await serve(), "light", true);
    await page.emulateMedia({ forcedColors: "active" });
    const colours = await page.evaluate<string[]>(
      "[...document.querySelectorAll('nav a')].map((it) => getComputedStyle(it).borderBottomColor)",
    );
    const ground = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    assertEquals(colours.map((it) => it === ground), [false, true]);
  });

  for (const look of Object.keys(LOOKS)) {
    it(`keep nobody out and fit, ${look}`, async () => {
      const platform = await serve();
      const page = await signIn(platform, look, true);
      const check = async () => {
        await assertAccessible(page, look);
        await assertFits(page);
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
      const login_ = await login(platform.url);
      await page.goto(`${platform.url}/connect`);
      await page.getByLabel("Code").fill("BBBB-BBBB");
      await page.getByRole("button", { name: "Continue" }).click();
      await check();
      await page.goto(login_.page);
      await check();
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: "Approve" }).waitFor();
      await check();
      await page.getByRole("button", { name: "Deny" }).click();
      await login_.end();
      await page.getByRole("button", { name: "Sign out" }).click();
      await check();
    });
  }
});

/** Presses Tab until the button with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 30; count++) {
    await page.keyboard.press("Tab");
    if (await page.locator(`button:focus:has-text("${name}")`).count() > 0) return;
  }
  throw new Error(`Tab never came to ${name}`);
}
