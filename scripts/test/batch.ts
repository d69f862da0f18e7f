/**
 * Runs the test files that are named behind `--` in one `deno test`. Every file that `deno test` is given itself costs
 * half a second of processor time before its first case.
 *
 * The empty test before each file is a heading in the output.
 *
 * @module
 */
import { resolve, toFileUrl } from "@std/path";

for (const file of Deno.args) {
  Deno.test(file, () => {});
  await import(toFileUrl(resolve(file)).href);
}
