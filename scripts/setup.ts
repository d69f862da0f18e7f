/**
 * Fills the vendor folder with the JSR packages of deno.json: from JSR, or where that can't be reached, from builds on
 * npm. Tasks that need the packages run this first; a filled folder is left alone. `--refresh` downloads them again.
 *
 * `--lock` writes the release lock file instead, with the newest versions of all packages.
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
