import { countText, durationText } from "./html_text.ts";
import type { Statistics } from "./statistics.ts";

const WIDTH = 880;
const HEIGHT = 190;
/** Room for the axes, and for the strip of failures below. */
const EDGE = { left: 52, right: 8, top: 12, bottom: 34 };
const PLOT = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
const MOST_COLUMNS = 120;
/** Above this ratio of maximum to median, the scale is logarithmic. */
const WIDE = 20;

/**
 * Draws the durations in the order in which the runs finished, each column with a link to its first run, as SVG without style
 * attributes, which the page's policy doesn't allow.
 */
export function chart(statistics: Statistics): string {
  const { runs } = statistics;
  if (runs === 0) return "";
  const scale = scaleOf(statistics);
  const columns = Math.min(MOST_COLUMNS, runs);
  const bars = Array.from({ length: columns }, (_, column) => {
    const [from, to] = [column, column + 1].map((it) => Math.floor(it * runs / columns));
    return bar(statistics, scale, from, to, column * PLOT.width / columns, PLOT.width / columns);
  });
  const lines = scale.ticks.map((tick) => {
    const y = EDGE.top + (1 - scale.at(tick)) * PLOT.height;
    return `<path class="grid" d="M${EDGE.left} ${round(y)}H${WIDTH - EDGE.right}"/>` +
      label(EDGE.left - 6, y + 4, durationText(tick), "end");
  });
  const ends = label(EDGE.left, HEIGHT - 6, "run 1", "start") +
    (runs > 1 ? label(WIDTH - EDGE.right, HEIGHT - 6, countText(runs), "end") : "");
  const kind = scale.isLogarithmic ? " <small>logarithmic</small>" : "";
  return `<figure class="chart"><figcaption>Duration of each run${kind}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Durations in the order in which the runs finished">
${[...lines, ...bars, ends].join("")}</svg></figure>
`;
}

/** Draws a column of one run, or the median and maximum of several, above a strip for failed runs. */
function bar(
  { durationList, failedAt }: Statistics,
  scale: ReturnType<typeof scaleOf>,
  from: number,
  to: number,
  left: number,
  width: number,
): string {
  const sorted = durationList.slice(from, to).sort((a, b) => a - b);
  const max = sorted.at(-1)!;
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const failed = Array.from({ length: to - from }, (_, it) => from + it).filter((it) => failedAt.has(it)).length;
  const thick = Math.max(1, Math.min(width * 0.8, 24));
  const x = EDGE.left + left + (width - thick) / 2;
  const rect = (name: string, y: number, height: number) =>
    `<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${round(thick)}" height="${round(height)}"/>`;
  const upTo = (duration: number, name: string) => {
    const height = Math.max(1, scale.at(duration) * PLOT.height);
    return rect(name, EDGE.top + PLOT.height - height, height);
  };
  const isOne = to - from === 1;
  const title = isOne
    ? `Run ${from + 1}: ${durationText(max)}`
    : `Runs ${countText(from + 1)} to ${countText(to)}: median ${durationText(median)}, max ${durationText(max)}`;
  const more = failed === 0 ? "" : isOne ? ", failed" : `, ${countText(failed)} failed`;
  const strip = failed === 0 ? "" : rect("failed", HEIGHT - 29, 3 + 5 * failed / (to - from));
  const column = upTo(max, "bar most") + upTo(median, isOne && failed > 0 ? "bar failed" : "bar") + strip;
  return `<a href="#r-${from + 1}"><title>${title}${more}</title>${column}</a>`;
}

/** Scales durations to heights from 0 to 1. */
function scaleOf({ durations: { min, p50, max } }: Statistics) {
  if (p50 > 0 && max / p50 > WIDE) {
    const low = Math.floor(Math.log10(Math.max(min, max / 1e6, 0.01)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(max)));
    const powers = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
    const every = Math.ceil(powers.length / 6);
    return {
      at: (it: number) => Math.max(0, (Math.log10(Math.max(it, 1e-9)) - low) / (high - low)),
      ticks: powers.filter((_, index) => index % every === 0),
      isLogarithmic: true,
    };
  }
  const rough = Math.max(max, 0.1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((it) => it * power).find((it) => it >= rough - 1e-9)!;
  const steps = Math.max(1, Math.ceil(max / step - 1e-9));
  const ticks = Array.from({ length: steps + 1 }, (_, index) => index * step);
  return { at: (it: number) => it / (steps * step), ticks, isLogarithmic: false };
}

function label(x: number, y: number, text: string, anchor: "start" | "end"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${text}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
