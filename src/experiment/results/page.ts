import { createHash } from "node:crypto";
import { VERSION } from "../../build_info.ts";
import type { Experiment, RunResult } from "../model.ts";
import { countText, cut, durationText, html } from "./html_text.ts";
import { chart } from "./page_chart.ts";
import { PAGE_SCRIPT } from "./page_script.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { readResults } from "./result_line.ts";
import { writeReport } from "./result_files.ts";
import type { Statistics } from "./statistics.ts";

/** The maximum length of all texts together, so that browsers can open the page quickly. */
const ALL_TEXTS = 24_000_000;
/** The maximum number of runs on the page, failed ones first: even a collapsed run costs a browser time. */
const SHOWN_RUNS = 5000;
/** The maximum length of one text, for few runs and for many. */
const ONE_TEXT = { most: 64 * 1024, fewest: 500 };

/**
 * Writes `result.html`: one file without dependencies, whose content security policy blocks all requests.
 *
 * @throws {SystemError} When it can't be written; an older page is kept.
 */
export async function writePage(folder: string, experiment: Experiment, statistics: Statistics): Promise<void> {
  await writeReport(`${folder}/result.html`, pageParts(folder, experiment, statistics));
}

async function* pageParts(
  folder: string,
  experiment: Experiment,
  statistics: Statistics,
): AsyncGenerator<string, void> {
  yield head(experiment) + overview(experiment, statistics) + failures(statistics) + chart(statistics) +
    tools(statistics);
  const { runs, failed } = statistics;
  const shown = Math.min(SHOWN_RUNS, runs);
  const limit = Math.min(ONE_TEXT.most, Math.max(ONE_TEXT.fewest, Math.floor(ALL_TEXTS / shown / 2)));
  const room = { failed: shown, passed: shown - failed };
  let place = 0;
  for await (const result of readResults(folder)) {
    place++;
    if (room[result.outcome.status]-- > 0) yield run(result, place, limit);
  }
  yield foot();
}

function head({ name }: Experiment): string {
  const policy = `default-src 'none'; style-src '${hashOf(PAGE_STYLE)}'; script-src '${hashOf(PAGE_SCRIPT)}'; ` +
    "base-uri 'none'; form-action 'none'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${html(name)} – FluxLoop</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
`;
}

function overview(experiment: Experiment, { runs, passed, failed, durations }: Statistics): string {
  const { id, name, startedAt, endedAt, ending, planned, bundleVersionId } = experiment;
  const took = endedAt.getTime() - startedAt.getTime();
  const day = `${startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const facts = [
    `<span class="id">${html(id)}</span>`,
    `<span><time datetime="${startedAt.toISOString()}">${day}</time></span>`,
    `<span>took ${durationText(Math.max(0, took))}</span>`,
    ...(bundleVersionId === null ? [] : [`<span>inputs from <span class="id">${html(bundleVersionId)}</span></span>`]),
  ];
  const badge = ending === "completed"
    ? ""
    : `<span class="badge">stopped after ${countText(runs)} of ${countText(planned)} runs</span>`;
  const tile = (title: string, value: string, kind = "") =>
    `<div class="${kind}"><dt>${title}</dt><dd>${value}</dd></div>`;
  const tiles = [
    tile("Passed", countText(passed), passed > 0 ? "good" : ""),
    tile("Failed", countText(failed), failed > 0 ? "bad" : ""),
    tile("Pass rate", rateText(passed, runs)),
    tile("Median", durationText(durations.p50)),
    tile("p95", durationText(durations.p95)),
    tile("Max", durationText(durations.max)),
  ];
  const shares = `<rect class="rest" width="100%" height="8"/><rect class="yes" width="${passed}" height="8"/>` +
    `<rect class="no" x="${passed}" width="${failed}" height="8"/>`;
  return `<header>
<h1>${html(name)}${badge}</h1>
<p class="meta">${facts.join("")}</p>
</header>
<dl class="tiles">${tiles.join("")}</dl>
<svg class="share" viewBox="0 0 ${
    Math.max(planned, runs, 1)
  } 8" preserveAspectRatio="none" aria-hidden="true">${shares}</svg>
`;
}

/** Formats the pass rate, rounded so that 100 % means all runs and 0 % none. */
function rateText(passed: number, runs: number): string {
  if (runs === 0) return "–";
  const tenths = Math.floor(passed / runs * 1000) / 10;
  return passed > 0 && tenths === 0 ? "&lt; 0.1 %" : `${tenths} %`;
}

function failures({ groups, failed }: Statistics): string {
  if (failed === 0) return "";
  const shown = groups.slice(0, 12);
  const items = shown.map(({ kind, message, count, first }) =>
    `<li><b>${countText(count)} ×</b><span class="kind">${kindText(kind)}</span>` +
    `<a href="#r-${first}">${html(message)}</a></li>`
  );
  const rest = failed - shown.reduce((sum, it) => sum + it.count, 0);
  const more = rest === 0 ? "" : `<li><b>${countText(rest)} ×</b><span>other</span><span>failures below</span></li>`;
  return `<section class="card"><h2>Failures</h2><ul>${items.join("")}${more}</ul></section>
`;
}

function tools({ runs, passed, failed }: Statistics): string {
  const choice = (id: string, value: string, text: string, checked = "") =>
    `<label><input type="radio" name="show" id="show-${id}" value="${value}"${checked}>${text}</label>`;
  const shown = `${countText(SHOWN_RUNS)} of ${countText(runs)} runs are shown, failed runs first.`;
  const omission = runs > SHOWN_RUNS ? `<p class="note">${shown} results.jsonl has all of them.</p>\n` : "";
  return `<div class="tools">
<h2>Runs</h2>
<input type="search" id="search" placeholder="Search inputs and outputs" aria-label="Search inputs and outputs" autocomplete="off" hidden>
<select id="order" aria-label="Order" autocomplete="off" hidden><option value="">In order</option><option value="slowest">Slowest first</option></select>
<div class="show" role="radiogroup" aria-label="Outcome">${choice("all", "all", `All ${countText(runs)}`, " checked")}${
    choice("failed", "no", `Failed ${countText(failed)}`)
  }${choice("passed", "yes", `Passed ${countText(passed)}`)}</div>
<div id="count" role="status"></div>
</div>
${omission}<div class="runs" id="runs">`;
}

function run({ request, startedAt, duration, outcome }: RunResult, place: number, limit: number): string {
  const { input, iteration, runId } = request;
  const passed = outcome.status === "passed";
  const first = cut((passed ? outcome.output : outcome.failure.message).trimStart(), 160).head.replaceAll(/\s+/g, " ");
  const persona = input.persona === null ? "" : ` · ${html(cut(input.persona.name, 200).head)}`;
  const facts = `${html(runId)} · ${startedAt.toISOString()}${iteration === 0 ? "" : ` · iteration ${iteration + 1}`}`;
  return `<details class="run ${passed ? "yes" : "no"}" data-took="${duration}"><summary>` +
    `<i>${passed ? "✓" : "✗"}<span class="off"> ${outcome.status} </span></i>` +
    `<span class="id">${html(cut(input.id, 200).head)}${iteration === 0 ? "" : ` #${iteration + 1}`}</span>` +
    `<span class="first">${html(first)}</span><span class="took">${durationText(duration)}</span></summary>` +
    `<div class="talk" id="r-${place}">${block("says", `Input${persona}`, input.text, limit)}${reply(outcome, limit)}` +
    `<p class="id">${facts}</p></div></details>\n`;
}

function reply(outcome: RunResult["outcome"], limit: number): string {
  if (outcome.status === "passed") return block("agent", "Agent", outcome.output, limit);
  const { kind, message, stderr } = outcome.failure;
  const errors = stderr.length === 0 ? "" : block("agent", "Last lines of standard error", stderr.join("\n"), limit);
  return block("agent wrong", kindText(kind), message, limit) + errors;
}

/** `title` is HTML. */
function block(kind: string, title: string, text: string, limit: number): string {
  const { head: shown, rest } = cut(text, limit);
  const more = rest === 0 ? "" : `<p>… and ${countText(rest)} more characters in results.jsonl</p>`;
  // The parser drops one line end directly after the tag.
  return `<div class="${kind}"><h3>${title}</h3><pre dir="auto">\n${html(shown)}</pre>${more}</div>`;
}

function kindText(kind: string): string {
  return html(kind.replaceAll("_", " "));
}

function foot(): string {
  const links = ["results.jsonl", "summary.json", "config.yaml"].map((it) => `<a href="${it}">${it}</a>`);
  return `</div>
<footer>${[`fluxloop ${html(VERSION)}`, ...links].join(" · ")}</footer>
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** Returns the policy's source that allows only this text as a style sheet or script (CSP Level 3, 2.3.1). */
function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
