/**
 * Makes the JSR packages of deno.json available: from JSR where it is in reach, else from builds of them on npm.
 * Every task that needs them runs this first; once the vendor folder is filled it does nothing.
 *
 * @module
 */
import { fillVendorFolder, isFilled, markFilled } from "./setup/jsr_from_npm.ts";
import denoJson from "../deno.json" with { type: "json" };

const VENDOR = "vendor";
/** How long Deno may take to fetch from JSR before npm is asked instead, in milliseconds. */
const JSR_PATIENCE = 30_000;

if (!isFilled(VENDOR)) {
  if (await fillFromJsr()) {
    console.error("Setup: took the JSR packages from JSR into vendor/.");
  } else {
    try {
      await fillVendorFolder(VENDOR);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      console.error(`Setup: JSR is out of reach, and npm could not stand in for it: ${reason}`);
      Deno.exit(1);
    }
    console.error("Setup: JSR is out of reach; took pinned builds of its packages from npm into vendor/.");
  }
}

/** Lets Deno itself fetch the packages, with the proxies and mirrors that it knows of: the surest way to know. */
async function fillFromJsr(): Promise<boolean> {
  const specifiers = Object.values(denoJson.imports).filter((it) => it.startsWith("jsr:"));
  // What is there in part would not be fetched again.
  await Deno.remove(VENDOR, { recursive: true }).catch(() => {});
  // `@std/testing` has no main module.
  const modules = specifiers.map((it) => it.startsWith("jsr:@std/testing@") ? `${it}/bdd` : it);
  const fetching = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...modules],
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(JSR_PATIENCE),
  });
  if (!(await fetching.output()).success) return false;
  await markFilled(VENDOR);
  return true;
}
