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
/** What is too long for a narrow terminal ends at its edge: a second line would stay there each time. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** What a wait looks like, where the two ways differ. */
export interface WaitLook {
  /** The line on a terminal, within its 80 columns. */
  readonly drawn: () => string;
  /** The line elsewhere, and how often it comes, in milliseconds; not at once. */
  readonly written: () => string;
  readonly writtenEvery: number;
}

/**
 * Shows a wait on standard error: a line that is drawn again and again on a terminal, a line now and then elsewhere.
 *
 * @param context The outside world.
 * @param look What the line says now.
 * @param work What is waited for.
 * @returns What `work` gives; the line is gone by then, and the cursor is there again.
 */
export async function showWait<T>(
  context: Context,
  look: (() => string) | WaitLook,
  work: () => Promise<T>,
): Promise<T> {
  const isLine = typeof look === "function";
  const { drawn, written, writtenEvery } = isLine ? { drawn: look, written: look, writtenEvery: WRITTEN_EVERY } : look;
  const { stderr } = context;
  const isDrawn = stderr.isTerminal() && context.env("TERM") !== "dumb";
  let frame = 0;
  // Deno may call a timer once more that has run out in the same turn in which it is cleared.
  let isOver = false;
  const draw = () => stderr.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${drawn()}`);
  const tell = () => stderr.write(`${written()}\n`);
  const show = () => isOver || (isDrawn ? draw() : tell());
  if (isDrawn) stderr.write(NO_WRAP + HIDE_CURSOR);
  if (isDrawn || isLine) show();
  const timer = setInterval(show, isDrawn ? DRAWN_EVERY : writtenEvery);
  try {
    return await work();
  } finally {
    isOver = true;
    clearInterval(timer);
    if (isDrawn) stderr.write(CLEAR_LINE + WRAP + SHOW_CURSOR);
  }
}
