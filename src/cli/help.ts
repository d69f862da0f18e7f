/**
 * Help texts, which are Cliffy's, on our stream.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { withoutColour } from "../output/ansi.ts";

/**
 * Writes a command's help to standard output. A group of commands has this as its action.
 *
 * @param context The outside world.
 * @param command Whose help.
 * @param colour Whether colour may be used; Cliffy paints some hints whatever it is told.
 */
export function showHelp(
  context: Context,
  command: { getHelp(options: { long: boolean }): string },
  colour: boolean,
): void {
  const help = command.getHelp({ long: true });
  const text = colour ? help : withoutColour(help);
  // Cliffy fills up its columns.
  context.stdout.write(text.trim().replaceAll(/ +$/gm, "") + "\n");
}
