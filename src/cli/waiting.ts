import type { Context } from "../context.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
/** How often the line is drawn on a terminal, and written elsewhere, in milliseconds. */
const DRAWN_EVERY = 120;
const WRITTEN_EVERY = 60_000;
const CLEAR_LINE = "\r\x1b[2K";
// A line that wraps can't be cleared. After each frame the cursor returns to the start of the line, so that an echoed
// `^C` doesn't wrap it either.
const WITHOUT_WRAPPING = "\x1b[?7l";
const WITH_WRAPPING = "\x1b[?7h";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** What is shown during a wait, if terminals show something else. */
export interface WaitLook {
  /** The line on a terminal, at most 79 columns. */
  readonly drawn: () => string;
  /** The line elsewhere. */
  readonly written: () => string;
  /** The interval of written lines, in milliseconds; the first one comes after it. */
  readonly writtenEvery: number;
}

/**
 * Shows on standard error that the program waits: an animated line on a terminal, a line now and then elsewhere.
 *
 * @param look The current text of the line.
 * @param work What is waited for.
 * @returns The result of `work`, after the line has been cleared.
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
  // Deno may call a timer once more in the turn in which it is cleared.
  let isOver = false;
  const show = () => {
    if (isOver) return;
    const spinner = FRAMES[frame++ % FRAMES.length];
    stderr.write(
      isDrawn ? `${CLEAR_LINE}${WITHOUT_WRAPPING}${spinner} ${drawn()}${WITH_WRAPPING}\r` : `${written()}\n`,
    );
  };
  if (isDrawn) stderr.write(HIDE_CURSOR);
  if (isDrawn || isLine) show();
  const timer = setInterval(show, isDrawn ? DRAWN_EVERY : writtenEvery);
  try {
    return await work();
  } finally {
    isOver = true;
    clearInterval(timer);
    if (isDrawn) stderr.write(CLEAR_LINE + SHOW_CURSOR);
  }
}
