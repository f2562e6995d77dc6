// The main table. The page brings it whole for its first run; this fills it anew for each choice.

import { element, say, unseen } from "./element.js";
import { shown } from "./filter.js";
import { duration, times } from "./format.js";
import { address, change, state } from "./state.js";

// As in `benchmarks/site/page.py`.
const STEPS = [1.1, 1.5, 2, 3, 5, 10];
const FLOOR = "floor";

export function build(table) {
  for (const head of table.tHead.rows[0].cells) {
    const key = head.dataset.framework ?? head.dataset.sort;
    const title = head.querySelector(".title") ?? head;
    const words = title.textContent;
    const button = element("button", { type: "button", class: "sort title", onclick: () => sortBy(key, words) }, words);
    if (title === head) head.replaceChildren(button);
    else title.replaceWith(button);
  }
  for (const row of table.querySelectorAll("tr[data-operation]")) row.family = row.parentElement.dataset.family;
}

function sortBy(key, words) {
  const [present, order] = state.sort.split(".");
  let sort = `${key}.up`;
  if (key === "family") sort = "";
  else if (present === key) sort = order === "up" ? `${key}.down` : "";
  change({ sort });
  say(sort ? `Sorted by ${words}, ${sort.endsWith("up") ? "smallest" : "largest"} first` : "In the order of families");
}

export function fill(table, report) {
  const run = report.run(state.run);
  const columns = new Set(shown(report).map((one) => one.name));
  const contest = [...columns].filter((name) => name !== FLOOR);
  for (const head of table.tHead.rows[0].cells) {
    const key = head.dataset.framework;
    if (key) head.hidden = !columns.has(key);
    const [present, order] = state.sort.split(".");
    if (key && present === key) head.setAttribute("aria-sort", order === "up" ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
  for (const row of table.querySelectorAll("tr[data-operation]")) {
    const { operation } = row.dataset;
    row.hidden = state.family !== "all" && row.family !== state.family;
    row.classList.toggle("chosen", operation === state.operation);
    row.querySelector("a").href = address({ operation });
    const best = run.best(operation, contest, state.metric);
    const reference = state.reference === "best" ? best?.name : state.reference;
    for (const cell of [...row.cells].slice(1)) {
      cell.hidden = !columns.has(cell.dataset.framework);
      if (!cell.hidden) fillCell(cell, run, operation, best, reference);
    }
  }
  arrange(table);
  document.getElementById("legend-text").textContent = legend(report);
}

function fillCell(cell, run, operation, best, reference) {
  const name = cell.dataset.framework;
  const found = run.figure(operation, name, state.metric);
  cell.removeAttribute("title");
  cell.sortValue = Infinity;
  if (!found) {
    const { failed, reason } = run.absence(operation, name, state.metric);
    cell.className = failed ? "failed" : "absent";
    cell.title = reason;
    cell.replaceChildren(failed ? element("a", { href: "#failures" }, "failed") : unseen(`n/a: ${reason}`));
    return;
  }
  const toBest = name === FLOOR ? null : run.ratio(operation, name, best.name, state.metric);
  const ratio = reference ? run.ratio(operation, name, reference, state.metric) : null;
  const isBest = name === best?.name;
  const isEqual = !isBest && toBest !== null && run.isEqual(toBest);
  const step = ratio ? STEPS.filter((one) => ratio.value >= one).length : 0;
  cell.className = [`step-${step}`, isBest && "best", isEqual && "equal"].filter(Boolean).join(" ");
  cell.title = explanation(found, ratio, reference, name);
  cell.sortValue = state.show === "ratio" ? (ratio?.value ?? Infinity) : found.value;
  const [time, compared] = [duration(found.value), ratio ? times(ratio.value) : "–"];
  const [large, reaching, small] = state.show === "ratio" ? [compared, ratio, time] : [time, found, compared];
  cell.replaceChildren(
    ...(isBest ? [mark("★", "the quickest: ")] : []),
    ...(isEqual ? [mark("≈", "equal to the quickest: ")] : []),
    element("b", {}, large),
    element("i", {}, reach(reaching)),
    element("small", {}, small),
  );
}

function mark(sign, text) {
  return element("span", { class: "mark" }, element("span", { "aria-hidden": "true" }, sign), unseen(text));
}

/** How far an interval goes to each side; nothing where there is none. */
function reach(interval) {
  if (!interval || interval.high === interval.low) return "";
  return `±${((50 * (interval.high - interval.low)) / interval.value).toFixed(0)}%`;
}

function explanation(found, ratio, reference, name) {
  const parts = [`${duration(found.value)} (${duration(found.low)} to ${duration(found.high)})`];
  if (ratio && reference !== name) parts.push(`${times(ratio.value)} (${times(ratio.low)} to ${times(ratio.high)})`);
  if (found.way) parts.push(`by ${found.way}`);
  return parts.join("; ");
}

/** Rows by families, or all together by a column. */
function arrange(table) {
  const rows = [...table.querySelectorAll("tr[data-operation]")];
  const [key, order] = state.sort.split(".");
  const bodies = [...table.tBodies].filter((body) => body.dataset.family);
  let together = table.querySelector("tbody.together");
  if (!key) {
    rows.sort((a, b) => (a.place ??= 0) - (b.place ??= 0));
    for (const body of bodies) {
      body.append(...rows.filter((row) => row.family === body.dataset.family));
      body.hidden = state.family !== "all" && body.dataset.family !== state.family;
    }
    together?.remove();
    return;
  }
  together ??= table.appendChild(element("tbody", { class: "together" }));
  const value = (row) => [...row.cells].find((cell) => cell.dataset.framework === key)?.sortValue ?? Infinity;
  const sign = order === "down" ? -1 : 1;
  // What has no figure stays at the end, whichever way the rest is sorted.
  const compared = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === y) return 0;
    if (x === Infinity || y === Infinity) return x === Infinity ? 1 : -1;
    return sign * (x - y);
  };
  together.append(...rows.sort(compared));
  for (const body of bodies) body.hidden = true;
}

/** The order in which the page came, to return to. */
export function number(table) {
  table.querySelectorAll("tr[data-operation]").forEach((row, place) => (row.place = place));
}

function legend(report) {
  const time = state.metric === "wall" ? "the time of a call" : "the client's CPU time of a call";
  const reference = state.reference === "best" ? "the quickest of an operation" : report.title(state.reference);
  const ratio = `how many times as long as ${reference}`;
  const [first, second] = state.show === "time" ? [time, ratio] : [ratio, time];
  return `${first[0].toUpperCase()}${first.slice(1)}, with the reach of its 95 % interval, and ${second}.`;
}
