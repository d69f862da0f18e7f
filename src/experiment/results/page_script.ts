/** Searches and sorts in `result.html`; without it, runs can still be read and filtered by outcome. */
export const PAGE_SCRIPT = `
"use strict";
const field = document.getElementById("search");
const order = document.getElementById("order");
const count = document.getElementById("count");
const list = document.getElementById("runs");
const runs = Array.from(list.children);
let texts;
let wanted = 0;

function show() {
  wanted = 0;
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const outcome = document.querySelector("input[name=show]:checked").value;
  if (words.length > 0) texts ??= runs.map((run) => run.textContent.toLowerCase());
  let shown = 0;
  runs.forEach((run, index) => {
    const found = words.every((word) => texts[index].includes(word));
    run.hidden = !found;
    if (found && (outcome === "all" || run.classList.contains(outcome))) shown++;
  });
  const isIdle = words.length === 0 && outcome === "all";
  count.textContent = isIdle ? "" : shown.toLocaleString("en") + " of " + runs.length.toLocaleString("en") + " runs";
}

function arrange() {
  const took = (run) => Number(run.dataset.took);
  list.append(...(order.value === "slowest" ? runs.toSorted((a, b) => took(b) - took(a)) : runs));
}

field.hidden = order.hidden = false;
field.addEventListener("input", () => wanted ||= requestAnimationFrame(show));
order.addEventListener("change", arrange);
for (const choice of document.querySelectorAll("input[name=show]")) choice.addEventListener("change", show);
addEventListener("hashchange", () => {
  const run = document.getElementById(location.hash.slice(1))?.closest("details");
  if (!run) return;
  run.open = true;
  if (run.checkVisibility()) return;
  field.value = "";
  document.getElementById("show-all").checked = true;
  show();
  run.scrollIntoView();
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, select")) return;
  event.preventDefault();
  field.focus();
});
`;
