/**
 * Runs the test files given as arguments (after `--`) in a single `deno test` module. Each separate module would cost half a
 * second of processor time before its first test.
 *
 * The empty test before each file serves as a heading in the output.
 *
 * @module
 */
import { resolve, toFileUrl } from "@std/path";

for (const file of Deno.args) {
  Deno.test(file, () => {});
  await import(toFileUrl(resolve(file)).href);
}
