/**
 * A line that shows that the program waits, and for how long yet.
 *
 * @module
 */
import type { Context } from "../context.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
/** How often the line is drawn on a terminal, and written elsewhere, in milliseconds. */
const DRAWN_EVERY = 120;
const WRITTEN_EVERY = 60_000;
const CLEAR_LINE = "\r\x1b[2K";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/**
 * Shows a wait on standard error: a line that is drawn again and again on a terminal, a line now and then elsewhere.
 *
 * @param context The outside world.
 * @param line What the line says now.
 * @param work What is waited for.
 * @returns What `work` gives; the line is gone by then, and the cursor is there again.
 */
export async function showWait<T>(context: Context, line: () => string, work: () => Promise<T>): Promise<T> {
  const { stderr } = context;
  const isDrawn = stderr.isTerminal() && context.env("TERM") !== "dumb";
  let frame = 0;
  const draw = () => stderr.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${line()}`);
  const tell = () => stderr.write(`${line()}\n`);
  const show = isDrawn ? draw : tell;
  if (isDrawn) stderr.write(HIDE_CURSOR);
  show();
  const timer = setInterval(show, isDrawn ? DRAWN_EVERY : WRITTEN_EVERY);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isDrawn) stderr.write(CLEAR_LINE + SHOW_CURSOR);
  }
}
