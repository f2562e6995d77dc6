// The studies: what is asked besides the time of one call. Each is drawn by what it varied.

import { bars, field, lines } from "./chart.js";
import { shown } from "./filter.js";
import { parameter, quantity, words } from "./format.js";
import { state } from "./state.js";

// Of the latencies of many calls; the 50th is there only where they are.
const PERCENTILES = ["p50", "p95", "p99", "p99.9"];
const WORDS = {
  wall: "wall time of a call", cpu: "client CPU time of a call", peak: "peak memory", held: "memory held", peak_per_row: "peak memory per row",
  held_per_row: "memory held per row", max: "the longest", p99: "99th percentile", first_row: "until the first row", import: "import", connect: "connect, once more",
};

/** All studies that any run has, in the order of the catalogue; those it does not know at the end. */
export function studies(report) {
  const names = new Set(report.runs.flatMap((run) => Object.keys(run.studies)));
  const known = report.studies.filter((one) => names.delete(one.name));
  const others = [...names].map((name) => ({ name, title: words(name), question: "" }));
  return [...known, ...others].map(section);
}

function section({ name: study, title, question }) {
  return {
    id: `study-${study}`,
    title,
    present: (report, run) => run.rows(study).length > 0 || (run.studies[study]?.failures.length ?? 0) > 0,
    lede: () => question,
    command: (report, run) => `python -m benchmarks.measure --studies ${study} --loop ${run.loop} --profile ${run.profile}`,
    charts({ report, run }) {
      const names = new Set(shown(report).map((one) => one.name));
      const rows = chosen(run.rows(study).filter((row) => names.has(row.framework)));
      const drawn = subjects(rows).flatMap(([subject, found]) => chartsOf(report, subject, found));
      const failures = (run.studies[study]?.failures ?? []).filter((one) => names.has(one[1]));
      return [...drawn.filter(Boolean), ...failed(report, failures)];
    },
  };
}

/** Where a study has both times, the one that the reader chose. */
function chosen(rows) {
  const metrics = new Set(rows.map((row) => row.metric));
  if (!metrics.has("wall") || !metrics.has("cpu")) return rows;
  return rows.filter((row) => !["wall", "cpu"].includes(row.metric) || row.metric === state.metric);
}

function grouped(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return [...found];
}

const subjects = (rows) => grouped(rows, (row) => row.subject);

/** The charts of one subject: percentiles together, all other metrics each by itself. */
function chartsOf(report, subject, rows) {
  // An operation's own title says for how many rows it is, and here they vary.
  const sized = rows.some((row) => "rows" in row.parameters);
  const name = (!sized && report.operationTitles.get(subject)) || words(subject);
  const distributed = rows.some((row) => row.metric === PERCENTILES[0]);
  const isPercentile = (row) => distributed && PERCENTILES.includes(row.metric);
  const percentiles = rows.filter(isPercentile);
  const rest = grouped(rows.filter((row) => !isPercentile(row)), (row) => row.metric);
  return [
    ...(percentiles.length ? latencies(report, name, percentiles) : []),
    ...rest.flatMap(([metric, found]) => varied(report, `${name}: ${WORDS[metric] ?? words(metric).toLowerCase()}`, found)),
  ];
}

/** Latency by percentile, a chart for each set of parameters. */
function latencies(report, name, rows) {
  return grouped(rows, (row) => described(row.parameters)).map(([parameters, found]) => {
    const title = [`${name}: latency`, parameters].filter(Boolean).join(", ");
    const steps = PERCENTILES.filter((step) => found.some((row) => row.metric === step));
    const points = best(found, (row) => row.metric).map((row) => ({ ...row, x: row.metric }));
    return lineChart(report, title, points, { steps, xLabel: "percentile" });
  });
}

/** One metric by what was varied: bars for nothing, lines for one number, a field for two. */
function varied(report, title, rows) {
  if (rows[0].metric === "errors" && rows.every((row) => row.value === 0)) return [];
  const values = (one) => [...new Set(rows.map((row) => row.parameters[one]))];
  const changing = Object.keys(rows[0].parameters).filter((one) => values(one).length > 1);
  const numbers = changing.filter((one) => values(one).every((value) => typeof value === "number"));
  if (numbers.length === 2) return fields(report, title, rows, numbers);
  // A word is no number: its values stand side by side as they come.
  const x = numbers[0] ?? changing.sort((a, b) => values(b).length - values(a).length)[0];
  const steps = numbers.length ? null : (found) => [...new Set(found.map((row) => row.parameters[x]))];
  const constant = (row) => described(Object.fromEntries(Object.entries(row.parameters).filter(([one]) => one !== x)));
  return grouped(rows, constant).map(([parameters, found]) => {
    const whole = [title, parameters].filter(Boolean).join(", ");
    if (!x) return barChart(report, whole, best(found, () => ""));
    const points = best(found, (row) => row.parameters[x]).map((row) => ({ ...row, x: row.parameters[x] }));
    return lineChart(report, whole, points, { steps: steps?.(found), xLabel: words(x).toLowerCase() });
  });
}

const described = (parameters) => Object.entries(parameters).map(([name, value]) => phrase(name, value)).join(", ");

function phrase(name, value) {
  if (name === "pool") return `pool of ${parameter(value)}`;
  if (name === "server") return `PostgreSQL ${value}`;
  if (typeof value !== "number") return String(value);
  const many = words(name).toLowerCase();
  return `${parameter(value)} ${value === 1 ? many.replace(/s$/, "") : many}`;
}

/** Each framework's best way, for each value of a key. */
function best(rows, key) {
  return grouped(rows, (row) => `${row.framework}\n${key(row)}`).map(([, found]) =>
    found.reduce((a, b) => (better(b, a) ? b : a)));
}

const better = (one, other) => (one.unit === "1/s" ? one.value > other.value : one.value < other.value);

function lineChart(report, title, points, { steps = null, xLabel }) {
  const { unit } = points[0];
  const positive = points.filter((point) => point.value > 0);
  const xs = steps ?? [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  const names = inOrder(report, points);
  const at = (name, x) => points.find((point) => point.framework === name && point.x === x);
  return {
    title,
    svg: (width) => lines({ label: `${title}, by ${xLabel}; the table below has the figures`, rows: positive, steps, xLabel, unit, width, report }),
    columns: ["Framework", ...xs.map(parameter)],
    rows: names.map((name) => [report.title(name), ...xs.map((x) => (at(name, x) ? quantity(at(name, x).value, unit) : "–"))]),
  };
}

function barChart(report, title, found) {
  const { unit } = found[0];
  const sign = unit === "1/s" ? -1 : 1;
  const rows = found
    .map((row) => ({ ...row, label: report.title(row.framework), text: quantity(row.value, unit) }))
    .sort((a, b) => sign * (a.value - b.value));
  return {
    title,
    svg: (width) => bars({ label: `${title}. ${rows.map((row) => `${row.label} ${row.text}`).join(", ")}`, rows, floor: null, unit, width, report }),
    columns: ["Framework", "Way", "Median", "95 % interval"],
    rows: rows.map((row) => [row.label, row.way || "–", row.text, `${quantity(row.low, unit)} to ${quantity(row.high, unit)}`]),
  };
}

/** A field for each framework, all in one scale. */
function fields(report, title, rows, [first, second]) {
  const counts = (one) => new Set(rows.map((row) => row.parameters[one])).size;
  const [y, x] = counts(first) > counts(second) ? [second, first] : [first, second];
  const most = Math.max(...rows.map((row) => row.value));
  return inOrder(report, rows).map((name) => {
    const { unit } = rows[0];
    const found = best(rows.filter((row) => row.framework === name), (row) => described(row.parameters))
      .map((row) => ({ x: row.parameters[x], y: row.parameters[y], value: row.value }));
    const xs = [...new Set(found.map((row) => row.x))].sort((a, b) => a - b);
    const ys = [...new Set(found.map((row) => row.y))].sort((a, b) => a - b);
    const at = (a, b) => found.find((row) => row.x === a && row.y === b);
    const whole = `${title}, ${report.title(name)}`;
    return {
      title: whole,
      small: true,
      svg: (width) => field({ label: `${whole}, by ${x} and ${y}; the table below has the figures`, rows: found, xLabel: x, yLabel: y, unit, width, most }),
      columns: [`${words(y)} \\ ${x}`, ...xs.map(parameter)],
      rows: ys.map((b) => [parameter(b), ...xs.map((a) => (at(a, b) ? quantity(at(a, b).value, unit) : "–"))]),
    };
  });
}

function inOrder(report, rows) {
  const names = new Set(rows.map((row) => row.framework));
  return report.frameworks.map((one) => one.name).filter((name) => names.has(name));
}

/** What has no figures, and why. */
function failed(report, failures) {
  if (failures.length === 0) return [];
  return [{
    title: "What failed",
    wide: true,
    columns: ["Framework", "Subject", "Reason"],
    rows: failures.map(([subject, framework, way, parameters, reason]) => [
      [report.title(framework), way && `(${way})`].filter(Boolean).join(" "),
      [report.operationTitles.get(subject) ?? words(subject), described(parameters)].filter(Boolean).join(", "),
      reason,
    ]),
  }];
}
