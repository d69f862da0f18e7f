/**
 * The charts of `result.html`, as SVG without a single style attribute: the page's policy takes none.
 *
 * @module
 */
import { countText, durationText } from "./html_text.ts";
import type { Statistics } from "./statistics.ts";

const WIDTH = 440;
const HEIGHT = 190;
/** Room for the axes, and for the strip of failures below. */
const EDGE = { left: 52, right: 8, top: 12, bottom: 34 };
const PLOT = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
/** The most columns of the chart over time, and those of the distribution. */
const COLUMNS = 120;
const BINS = 28;
/** From this ratio of the longest to the usual run on, only a logarithm shows both. */
const WIDE = 20;

/** Where a duration stands, from 0 to 1, and the marks of the axis. */
interface Scale {
  at(duration: number): number;
  readonly ticks: readonly number[];
  readonly isLogarithmic: boolean;
}

/**
 * @param statistics The runs.
 * @returns Two figures: durations in the order in which runs ended, and how they are spread.
 */
export function charts(statistics: Statistics): string {
  if (statistics.runs === 0) return "";
  const scale = scaleOf(statistics);
  const note = scale.isLogarithmic ? " <small>logarithmic</small>" : "";
  return `<section class="charts" aria-label="Durations">
<figure><figcaption>Duration of each run${note}</figcaption>${overTime(statistics, scale)}</figure>
<figure><figcaption>Distribution of durations${note}</figcaption>${distribution(statistics, scale)}</figure>
</section>
`;
}

function overTime(statistics: Statistics, scale: Scale): string {
  const { durationList, failedAt, runs } = statistics;
  const columns = Math.min(COLUMNS, runs);
  const step = PLOT.width / columns;
  const thick = Math.max(1, Math.min(step * 0.8, 24));
  const bars = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(column * runs / columns);
    const to = Math.floor((column + 1) * runs / columns);
    const sorted = durationList.slice(from, to).sort((a, b) => a - b);
    const longest = sorted[sorted.length - 1];
    const median = sorted[Math.floor((sorted.length - 1) / 2)];
    let failed = 0;
    for (let place = from; place < to; place++) if (failedAt.has(place)) failed++;
    const x = EDGE.left + column * step + (step - thick) / 2;
    const isOne = to - from === 1;
    const title = isOne
      ? `Run ${from + 1}: ${durationText(longest)}${failed > 0 ? ", failed" : ""}`
      : `Runs ${countText(from + 1)} to ${countText(to)}: median ${durationText(median)}, max ${durationText(longest)}${
        failed > 0 ? `, ${countText(failed)} failed` : ""
      }`;
    const strip = failed === 0 || isOne ? "" : rect("failed", x, HEIGHT - 29, thick, 3 + 5 * failed / (to - from));
    const body = `<title>${title}</title>` +
      barTo(x, thick, scale.at(longest), isOne ? failed > 0 ? "bar failed" : "bar" : "bar most") +
      (isOne ? "" : barTo(x, thick, scale.at(median), "bar")) + strip;
    return `<a href="#r-${from + 1}">${body}</a>`;
  });
  const ends = label(EDGE.left, HEIGHT - 6, "run 1", "start") +
    (runs > 1 ? label(WIDTH - EDGE.right, HEIGHT - 6, countText(runs), "end") : "");
  const lines = scale.ticks.map((tick) => {
    const y = EDGE.top + (1 - scale.at(tick)) * PLOT.height;
    return `<path class="grid" d="M${EDGE.left} ${round(y)}H${WIDTH - EDGE.right}"/>` +
      label(EDGE.left - 6, y + 4, durationText(tick), "end");
  });
  return svg("Durations in the order in which the runs ended", [...lines, ...bars, ends]);
}

function distribution({ durationList, durations, failedAt }: Statistics, scale: Scale): string {
  const passed = new Array<number>(BINS).fill(0);
  const failed = new Array<number>(BINS).fill(0);
  durationList.forEach((duration, place) => {
    const bin = Math.min(BINS - 1, Math.floor(scale.at(duration) * BINS));
    (failedAt.has(place) ? failed : passed)[bin]++;
  });
  const most = Math.max(...passed.map((count, bin) => count + failed[bin]));
  const step = PLOT.width / BINS;
  const bars = passed.flatMap((count, bin) => {
    if (count + failed[bin] === 0) return [];
    const x = EDGE.left + bin * step + 0.75;
    const height = (share: number) => Math.max(1, PLOT.height * share / most);
    const good = count === 0 ? 0 : height(count);
    const bad = failed[bin] === 0 ? 0 : height(failed[bin]);
    const bottom = EDGE.top + PLOT.height;
    const title = `${countText(count)} passed, ${countText(failed[bin])} failed`;
    return `<g><title>${title}</title>` +
      (good === 0 ? "" : rect("bar", x, bottom - good, step - 1.5, good)) +
      (bad === 0 ? "" : rect("failed", x, bottom - good - bad, step - 1.5, bad)) + "</g>";
  });
  const bottom = EDGE.top + PLOT.height;
  const marks = [["median", durations.p50], ["p95", durations.p95]] as const;
  const near = Math.abs(scale.at(durations.p95) - scale.at(durations.p50)) < 0.12;
  const lines = marks.map(([name, duration], index) => {
    const x = EDGE.left + scale.at(duration) * PLOT.width;
    const anchor = x > WIDTH - 60 ? "end" : "start";
    return `<path class="mark" d="M${round(x)} ${EDGE.top}V${bottom}"/>` +
      label(x + (anchor === "end" ? -4 : 4), EDGE.top + (near && index === 1 ? 20 : 8), name, anchor);
  });
  const ticks = scale.ticks.map((tick) =>
    label(
      EDGE.left + scale.at(tick) * PLOT.width,
      HEIGHT - 14,
      durationText(tick),
      scale.at(tick) > 0.9 ? "end" : "middle",
    )
  );
  const base = `<path class="grid" d="M${EDGE.left} ${bottom}H${WIDTH - EDGE.right}"/>` +
    label(EDGE.left - 6, EDGE.top + 8, countText(most), "end") + label(EDGE.left - 6, bottom, "0", "end");
  return svg("Number of runs by duration", [base, ...bars, ...lines, ...ticks]);
}

function scaleOf({ durations: { min, p50, max } }: Statistics): Scale {
  if (p50 > 0 && max / p50 > WIDE) {
    const low = Math.floor(Math.log10(Math.max(min, max / 1e6, 0.01)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(max)));
    const at = (it: number) => between((Math.log10(Math.max(it, 1e-9)) - low) / (high - low));
    const powers = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
    const every = Math.ceil(powers.length / 6);
    return { at, ticks: powers.filter((_, index) => index % every === 0), isLogarithmic: true };
  }
  const step = roundStep(Math.max(max, 0.1) / 4);
  const top = step * Math.max(1, Math.ceil(max / step - 1e-9));
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { at: (it) => between(it / top), ticks, isLogarithmic: false };
}

/** @returns The next of 1, 2, 2.5, 5 and their tenfolds. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((it) => it * power).find((it) => it >= rough - 1e-9) ?? 10 * power;
}

function between(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function barTo(x: number, width: number, share: number, name: string): string {
  const height = Math.max(1, share * PLOT.height);
  return rect(name, x, EDGE.top + PLOT.height - height, width, height);
}

function rect(name: string, x: number, y: number, width: number, height: number): string {
  return `<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${text}</text>`;
}

function svg(title: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${parts.join("")}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
