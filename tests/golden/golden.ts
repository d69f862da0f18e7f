/**
 * Golden files: reviewed texts, which `deno task golden` updates.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

/**
 * Compares a text with a golden file, or updates the file if `FLUXLOOP_UPDATE_GOLDEN` is set.
 *
 * @param name The file's name in this folder.
 */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = new URL(name, import.meta.url);
  if (Deno.env.get("FLUXLOOP_UPDATE_GOLDEN")) await Deno.writeTextFile(file, text);
  const golden = (await Deno.readTextFile(file)).replaceAll("\r\n", "\n");
  assertEquals(
    text,
    golden,
    `The text differs from tests/golden/${name}. If the change is intended, run \`deno task golden\`.`,
  );
}
