/**
 * Adds the other files of a release to the archives in `dist/release/`: the bill of materials, the lock file, the install
 * scripts, the checksums of all these, the Homebrew formula and the release notes.
 *
 * `--check-tag <tag>` only checks that the tag matches this version and that the project has a public key.
 *
 * @module
 */
import { parseArgs } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { checksumsOf, publicKey } from "./checksums.ts";
import { formula } from "./homebrew.ts";
import { archiveName, CHECKSUMS, TARGETS } from "./names.ts";
import { billOfMaterials } from "./sbom.ts";
import { LOCK } from "../setup/lock.ts";
import { packagesFrom } from "../setup/vendor_folder.ts";

const FOLDER = "dist/release";
const SCRIPTS = ["install.sh", "install.ps1"];
const { version } = denoJson;

/**
 * @returns The section about a version in the text of CHANGELOG.md.
 * @throws {Error} If there is none.
 */
export function notesOf(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((it) => it.split(/\s/, 1)[0] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md doesn't mention ${version}.`);
  return `${section.slice(section.indexOf("\n")).trim()}\n`;
}

/** @throws {Error} If the tag doesn't match the version in deno.json. */
export function checkTag(tag: string): void {
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, but deno.json has version ${version}.`);
}

async function assemble(): Promise<void> {
  if (packagesFrom("vendor") !== "jsr") {
    throw new Error("vendor/ has builds from npm, but releases must be compiled from JSR packages.");
  }
  const lock = `fluxloop-${version}.deno.lock`;
  await Deno.copyFile(LOCK, `${FOLDER}/${lock}`);
  const materials = `fluxloop-${version}.spdx.json`;
  await Deno.writeTextFile(`${FOLDER}/${materials}`, await billOfMaterials());
  for (const name of SCRIPTS) await Deno.copyFile(`install/${name}`, `${FOLDER}/${name}`);
  const names = [...TARGETS.map((it) => archiveName(version, it)), materials, lock, ...SCRIPTS];
  const checksums = await checksumsOf(FOLDER, names);
  await Deno.writeTextFile(`${FOLDER}/${CHECKSUMS}`, checksums);
  await Deno.writeTextFile(`${FOLDER}/fluxloop.rb`, formula(version, checksums));
  await Deno.writeTextFile(`${FOLDER}/NOTES.md`, notesOf(await Deno.readTextFile("CHANGELOG.md"), version));
}

if (import.meta.main) {
  try {
    const { values: { "check-tag": tag } } = parseArgs({
      args: Deno.args,
      options: { "check-tag": { type: "string" } },
    });
    if (tag === undefined) await assemble();
    else {
      checkTag(tag);
      await publicKey();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
