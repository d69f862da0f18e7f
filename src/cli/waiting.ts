import type { Context } from "../context.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
/** How often the line is redrawn on a terminal, in milliseconds. */
const DRAWN_EVERY = 120;
const CLEAR_LINE = "\r\x1b[2K";
// A line that wraps can't be cleared. After each frame the cursor returns to the start of the line, so that an echoed
// `^C` doesn't wrap it either. It isn't hidden: Ctrl-Z or a kill would leave the shell without one.
const WITHOUT_WRAPPING = "\x1b[?7l";
const WITH_WRAPPING = "\x1b[?7h";

/**
 * Shows on standard error that `work` is in progress: with an animated line on a terminal, otherwise with a line at regular
 * intervals.
 *
 * @param drawn Returns the current line on a terminal, of at most 79 columns.
 * @param written Returns the current line without a terminal; by default the same.
 * @param every The interval of lines without a terminal, in milliseconds.
 * @returns The result of `work`, after the line has been cleared.
 */
export async function showWait<T>(
  context: Context,
  drawn: () => string,
  work: () => Promise<T>,
  written = drawn,
  every = 60_000,
): Promise<T> {
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
  // A line of its own without a terminal reports progress, of which there is none yet.
  if (isDrawn || written === drawn) show();
  const timer = setInterval(show, isDrawn ? DRAWN_EVERY : every);
  try {
    return await work();
  } finally {
    isOver = true;
    clearInterval(timer);
    if (isDrawn) stderr.write(CLEAR_LINE);
  }
}
