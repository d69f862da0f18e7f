/**
 * Records a session of the compiled program in `docs/session.svg`, the picture in the README.
 *
 * @module
 */
import { recordSession } from "./record/session.ts";
import { svgOf } from "./record/svg.ts";

/** The path of the picture. */
const PICTURE = "docs/session.svg";
/** The picture's alternative text. */
export const TITLE =
  "A terminal: fluxloop auth login prompts for an API key and verifies it, and fluxloop auth status shows the account, " +
  "its organizations and the key's permissions.";

if (import.meta.main) {
  await Deno.mkdir("docs", { recursive: true });
  await Deno.writeTextFile(PICTURE, svgOf(await recordSession(), TITLE));
  console.error(`Recorded ${PICTURE}.`);
}
