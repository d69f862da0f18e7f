/**
 * Golden files: texts as people see them, which `deno task golden` writes anew.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

/**
 * Compares a text with a golden file, or writes it there when `FLUXLOOP_UPDATE_GOLDEN` is set.
 *
 * @param name The file's name in this folder.
 */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = new URL(name, import.meta.url);
  if (Deno.env.get("FLUXLOOP_UPDATE_GOLDEN")) await Deno.writeTextFile(file, text);
  const golden = (await Deno.readTextFile(file)).replaceAll("\r\n", "\n");
  assertEquals(text, golden, `It differs from tests/golden/${name}. If that is right, run \`deno task golden\`.`);
}
