/**
 * Fills the vendor folder with the JSR packages in deno.json: from JSR, or if that can't be reached, from builds on npm.
 * Tasks that need the packages run this first. A filled folder is left alone; `--refresh` downloads the packages again.
 *
 * `--lock` writes the release lock file instead, with the latest versions of all packages.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };
import { versionProblem } from "./setup/least_deno.ts";
import { jsrModules, NPM_BUILDS } from "./setup/jsr_from_npm.ts";
import { setUp, writeLock } from "./setup/set_up.ts";

const options = {
  root: ".",
  imports: denoJson.imports,
  modules: jsrModules(denoJson.imports),
  npmPackages: Object.values(denoJson.imports).filter((it) => it.startsWith("npm:")),
  fallback: NPM_BUILDS,
  env: Deno.env.toObject(),
  refresh: Deno.args.includes("--refresh"),
  log: (text: string) => console.error(text),
};

try {
  const problem = versionProblem(Deno.version.deno);
  if (problem !== undefined) throw new Error(problem);
  await (Deno.args.includes("--lock") ? writeLock(options) : setUp(options));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
