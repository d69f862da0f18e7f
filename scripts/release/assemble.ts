/**
 * Completes `dist/release/`, where the archives are: the bill of materials, the lock file that it and the executables
 * were made from, the install scripts, the checksums of all that, the Homebrew formula and the release's notes.
 *
 * `--check-tag <tag>` only sees that the tag is the version's, and that there is a key to know its release by.
 *
 * @module
 */
import { parseArgs } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { checksumsOf, requirePublicKey } from "./checksums.ts";
import { formula } from "./homebrew.ts";
import { archiveName, CHECKSUMS, TARGETS } from "./names.ts";
import { billOfMaterials } from "./sbom.ts";
import { LOCK } from "../setup/lock.ts";
import { packagesFrom } from "../setup/vendor_folder.ts";

const FOLDER = "dist/release";
const SCRIPTS = ["install.sh", "install.ps1"];
const { version } = denoJson;

/**
 * @param changelog The text of CHANGELOG.md.
 * @param version A version.
 * @returns What it says of that version.
 * @throws {Error} When it says nothing.
 */
export function notesOf(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((it) => it.split(/\s/, 1)[0] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  return `${section.slice(section.indexOf("\n")).trim()}\n`;
}

/**
 * @param tag A git tag.
 * @throws {Error} When it is not the one of the version in deno.json.
 */
export function checkTag(tag: string): void {
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, and deno.json has version ${version}.`);
}

async function assemble(): Promise<void> {
  if (packagesFrom("vendor") !== "jsr") {
    throw new Error("vendor/ holds builds from npm: those are not what was compiled.");
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
      await requirePublicKey();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
