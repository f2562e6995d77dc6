// Charts by Observable Plot, in the page's own colours, which CSS changes with the theme.

import { element } from "./element.js";
import { parameter, quantity, tick, times } from "./format.js";

/* global Plot, d3 */
const SYMBOLS = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolStar, d3.symbolTimes, d3.symbolPlus, d3.symbolWye];
const LETTER = 6.7;
const LINE = 14;
// A bar longer than both is cut, or the short ones could not be told apart: times the shortest, times the median.
const LONGEST = 8;
const USUAL = 2.5;

/** How a framework is drawn: {color, symbol, ours}. */
export function look(report, name) {
  const place = report.frameworks.findIndex((one) => one.name === name);
  return { color: `var(--color-${place})`, symbol: SYMBOLS[place % SYMBOLS.length], ours: report.frameworks[place]?.ours };
}

function plot(label, options) {
  const svg = Plot.plot({ className: "chart", color: { type: "identity" }, symbol: { type: "identity" }, ...options });
  // One image with one name: its parts have none of their own.
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return svg;
}

/** Which mark is whose. */
export function marks(report, frameworks) {
  return element("ul", { class: "marks" }, frameworks.map(({ name, title }) => {
    const { color, symbol, ours } = look(report, name);
    const svg = d3.create("svg").attr("width", 11).attr("height", 11).attr("viewBox", "-6 -6 12 12").attr("aria-hidden", "true");
    svg.append("path").attr("d", d3.symbol(symbol, ours ? 64 : 36)()).attr("stroke", color).attr("fill", ours ? color : "none").attr("stroke-width", 1.25);
    return element("li", {}, svg.node(), title);
  }));
}

/** About so many round values from zero; bytes are round in powers of two. */
function linearTicks(most, unit, count) {
  if (unit !== "B") return d3.ticks(0, most, count);
  const step = 2 ** Math.max(0, Math.round(Math.log2(most / count)));
  return d3.range(0, most * 1.0001, step);
}

/** A few round values of a logarithmic axis. */
function logTicks([low, high], unit) {
  const base = unit === "B" ? 2 : 10;
  const first = Math.floor(Math.log(low) / Math.log(base));
  const powers = d3.range(first, Math.ceil(Math.log(high) / Math.log(base)) + 1).map((power) => base ** power);
  const within = (values) => values.filter((value) => value >= low && value <= high);
  const sparse = within(powers);
  if (sparse.length > 7) return sparse.filter((_, place) => place % Math.ceil(sparse.length / 7) === 0);
  if (unit === "B" || sparse.length > 3) return sparse;
  return within(powers.flatMap((power) => [1, 2, 5].map((factor) => factor * power)));
}

/** What remains of a label in so many pixels. */
function fitted(text, pixels) {
  const letters = Math.floor(pixels / LETTER);
  return text.length <= letters ? text : `${text.slice(0, Math.max(letters - 1, 1))}…`;
}

/**
 * Bars from zero, the shortest first, each with its interval and its words.
 * rows: {framework, label, value, low, high, text}; floor: a value at which a line stands, or null.
 */
export function bars({ label, rows, floor, unit, width, report }) {
  const sorted = [...rows];
  const marginLeft = Math.min(Math.max(...sorted.map((row) => row.label.length)) * LETTER + 14, width * 0.36);
  const values = sorted.map((row) => row.value).filter((value) => value > 0);
  const largest = Math.max(...sorted.map((row) => row.high));
  const most = Math.min(largest, Math.max((d3.min(values) ?? largest) * LONGEST, (d3.median(values) ?? largest) * USUAL)) || 1;
  const room = Math.max(...sorted.map((row) => row.text.length)) * LETTER + 16;
  const cut = (row) => row.value > most;
  const domain = sorted.map((row) => row.label);
  return plot(label, {
    width,
    height: sorted.length * 26 + 44,
    marginLeft,
    marginRight: room,
    marginTop: 20,
    marginBottom: 24,
    x: { domain: [0, most], tickFormat: (value) => tick(value, unit), ticks: linearTicks(most, unit, Math.max(2, Math.round((width - marginLeft - room) / 110))), label: null },
    y: { domain, label: null, tickSize: 0, tickFormat: (text) => fitted(text, marginLeft - 10), padding: 0.28 },
    marks: [
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.barX(sorted, { x1: 0, x2: (row) => Math.min(row.value, most), y: "label", fill: (row) => look(report, row.framework).color }),
      Plot.text(sorted.filter(cut), { x: most, y: "label", text: () => "»", textAnchor: "end", dx: -8, fontSize: 16, fill: "var(--paper)" }),
      Plot.ruleY(sorted.filter((row) => !cut(row)), { x1: "low", x2: (row) => Math.min(row.high, most), y: "label", strokeWidth: 1.5 }),
      Plot.text(sorted, { x: (row) => Math.min(Math.max(row.value, cut(row) ? 0 : row.high), most), y: "label", text: "text", textAnchor: "start", dx: 6 }),
      floor === null ? null : Plot.ruleX([floor], { strokeDasharray: "3 3" }),
      floor === null ? null : Plot.text([floor], { x: (value) => value, frameAnchor: "top", dy: -14, text: (value) => `floor ${quantity(value, unit)}` }),
    ],
  });
}

/**
 * Lines, one a framework, with its name at the end.
 * rows: {framework, x, value, low, high}; x is a number, or a word of `steps`.
 */
export function lines({ label, rows, steps = null, xLabel, unit, width, report, height = 340 }) {
  const place = (row) => (steps ? steps.indexOf(row.x) : row.x);
  rows = [...rows].sort((a, b) => place(a) - place(b));
  const names = [...new Set(rows.map((row) => row.framework))];
  const marginRight = Math.min(Math.max(...names.map((name) => report.title(name).length)) * LETTER + 22, width * 0.4);
  const marginTop = 24;
  const marginBottom = 40;
  const values = rows.flatMap((row) => [row.value, row.low, row.high]).filter((value) => value > 0);
  const domain = [Math.min(...values), Math.max(...values)];
  const at = d3.scaleLog([domain[0] / 1.15, domain[1] * 1.15], [height - marginBottom, marginTop]);
  const heights = logTicks(at.domain(), unit);
  const xs = [...new Set(rows.map((row) => row.x))];
  const x = steps
    ? { type: "point", domain: steps, padding: 0.2 }
    : { type: Math.min(...xs) > 0 ? "log" : "linear", ticks: Math.max(2, Math.round(width / 140)), tickFormat: parameter };
  if (!steps && xs.length <= 9) {
    x.ticks = undefined;
    x.tickValues = xs.sort((a, b) => a - b);
  }
  const tickFormat = steps ? undefined : short;
  const { tickValues, ...scale } = x;
  const ends = spread(names.map((name) => d3.greatest(rows.filter((row) => row.framework === name), place)), at, height - marginBottom);
  const color = (row) => look(report, row.framework).color;
  return plot(label, {
    width,
    height,
    marginLeft: 62,
    marginRight,
    marginTop,
    marginBottom,
    x: { ...scale, label: xLabel, labelAnchor: "center", labelArrow: "none", ...(tickValues ? { ticks: tickValues } : {}), ...(tickFormat ? { tickFormat } : {}) },
    y: { type: "log", domain: at.domain(), axis: null },
    marks: [
      // Not the scale's own axis, which leaves out labels of a logarithmic one.
      Plot.gridY(heights, { strokeOpacity: 0.12 }),
      Plot.axisY(heights, { text: (value) => tick(value, unit), tickSize: 0, label: null }),
      Plot.ruleX(rows.filter((row) => row.high > row.low && row.low > 0), { x: "x", y1: "low", y2: "high", stroke: color, strokeOpacity: 0.6 }),
      Plot.line(rows, { x: "x", y: "value", z: "framework", stroke: color, strokeWidth: (row) => (look(report, row.framework).ours ? 2.5 : 1.25) }),
      Plot.dot(rows, { x: "x", y: "value", stroke: color, fill: (row) => (look(report, row.framework).ours ? color(row) : "var(--paper)"), symbol: (row) => look(report, row.framework).symbol, r: 3.5, strokeWidth: 1.25 }),
      ends.map(({ row, shift }) =>
        Plot.text([row], { x: "x", y: "value", text: () => fitted(report.title(row.framework), marginRight - 14), textAnchor: "start", dx: 10, dy: shift, fill: color(row), fontWeight: look(report, row.framework).ours ? 600 : 400 })),
      Plot.tip(rows, Plot.pointer({ x: "x", y: "value", title: (row) => `${report.title(row.framework)}, ${parameter(row.x)}: ${quantity(row.value, unit)}` })),
    ].flat(),
  });
}

const short = (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(value));

/** Moves labels at the ends of lines apart: how far each is to be shifted. */
function spread(rows, at, bottom) {
  const placed = rows.map((row) => ({ row, y: at(row.value) })).sort((a, b) => a.y - b.y);
  let above = -Infinity;
  for (const one of placed) one.to = above = Math.max(one.y, above + LINE);
  let below = bottom + LINE;
  for (const one of placed.toReversed()) one.to = below = Math.min(one.to, below - LINE);
  return placed.map(({ row, y, to }) => ({ row, shift: to - y }));
}

/** One row for each operation, a mark for each framework: how many times as long as the floor. */
export function strips({ label, rows, xLabel, width, report }) {
  const operations = [...new Set(rows.map((row) => row.label))];
  const marginLeft = Math.min(Math.max(...operations.map((one) => one.length)) * LETTER + 14, width * 0.4);
  const options = { x: "value", y: "label", stroke: (row) => look(report, row.framework).color, symbol: (row) => look(report, row.framework).symbol };
  const ours = rows.filter((row) => look(report, row.framework).ours);
  const others = rows.filter((row) => !look(report, row.framework).ours);
  return plot(label, {
    width,
    height: operations.length * 20 + 70,
    marginLeft,
    marginRight: 18,
    marginTop: 34,
    marginBottom: 36,
    x: { type: "log", axis: "both", label: xLabel, labelAnchor: "center", labelArrow: "none", tickFormat: (value) => (String(value).match(/^(0\.)?0*[1235]/) ? `${value}×` : ""), ticks: Math.max(3, Math.round(width / 160)) },
    y: { domain: operations, label: null, tickSize: 0, tickFormat: (text) => fitted(text, marginLeft - 10) },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.ruleX([1], { strokeOpacity: 0.7 }),
      Plot.dot(others, { ...options, r: 3, strokeWidth: 1.25 }),
      Plot.dot(ours, { ...options, fill: options.stroke, r: 4.5 }),
      Plot.tip(rows, Plot.pointer({ x: "value", y: "label", title: (row) => `${report.title(row.framework)}, ${row.label}: ${times(row.value)}` })),
    ],
  });
}

/** A field of two parameters: the darker, the larger. rows: {x, y, value} */
export function field({ label, rows, xLabel, yLabel, unit, width, most }) {
  const xs = [...new Set(rows.map((row) => row.x))].sort((a, b) => a - b);
  const ys = [...new Set(rows.map((row) => row.y))].sort((a, b) => a - b);
  return plot(label, {
    width,
    height: ys.length * 30 + 62,
    marginLeft: 46,
    marginRight: 4,
    marginTop: 22,
    marginBottom: 38,
    x: { domain: xs, label: xLabel, labelAnchor: "center", labelArrow: "none", tickFormat: short, tickSize: 0 },
    y: { domain: ys, label: yLabel, labelArrow: "none", tickFormat: short, tickSize: 0 },
    opacity: { domain: [0, most], range: [0, 0.6] },
    marks: [
      Plot.cell(rows, { x: "x", y: "y", fill: () => "var(--accent)", fillOpacity: "value", inset: 0.5 }),
      Plot.text(rows, { x: "x", y: "y", text: (row) => quantity(row.value, unit) }),
    ],
  });
}

