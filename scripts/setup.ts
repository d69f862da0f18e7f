/**
 * Makes the JSR packages of deno.json available: from JSR where it is in reach, else from builds of them on npm.
 * Every task that needs them runs this first; once the vendor folder is filled it does nothing. `--refresh` downloads
 * them again.
 *
 * `--lock` writes the lock file of releases instead, with the newest versions of all packages.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };
import { tooOld } from "./setup/least_deno.ts";
import { jsrModules, NPM_BUILDS } from "./setup/jsr_from_npm.ts";
import { setUp, writeLock } from "./setup/set_up.ts";

const options = {
  root: ".",
  imports: denoJson.imports,
  modules: jsrModules(denoJson.imports),
  npmPackages: Object.values(denoJson.imports).filter((it) => it.startsWith("npm:")),
  standIn: NPM_BUILDS,
  env: Deno.env.toObject(),
  refresh: Deno.args.includes("--refresh"),
  say: (text: string) => console.error(text),
};

try {
  const complaint = tooOld(Deno.version.deno);
  if (complaint !== undefined) throw new Error(complaint);
  await (Deno.args.includes("--lock") ? writeLock(options) : setUp(options));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
