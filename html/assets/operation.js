// One operation: every framework as a bar to the floor, with all of its ways in the table.

import { bars } from "./chart.js";
import { element } from "./element.js";
import { shown } from "./filter.js";
import { duration, times, words } from "./format.js";
import { change, state } from "./state.js";

const FLOOR = "floor";
let chooser = null;

// What programs do most, until somebody asks for another one.
const USUAL = "find_one";

function chosen(report) {
  const named = (name) => report.operations.find((one) => one.name === name);
  return named(state.operation) ?? named(USUAL) ?? report.operations[0];
}

export const operation = {
  id: "operation",
  title: "One operation",
  present: (report, run) => Object.keys(run.operations).length > 0,
  lede: () => "Bars are medians, thin lines their 95 % intervals, the dashed line the floor. A bar that is cut is longer than it looks.",
  command: (report, run) => `python benchmarks/bench_postgres_comparison.py --operations ${chosen(report).name} --loop ${run.loop}`,
  controls(report) {
    chooser = element(
      "select", { name: "operation", onchange: (event) => change({ operation: event.target.value }) },
      report.families.map((family) =>
        element(
          "optgroup", { label: words(family) },
          report.operations.filter((one) => one.family === family).map((one) => element("option", { value: one.name }, one.title)),
        )),
    );
    return element("label", { class: "choice" }, element("span", {}, "Operation"), chooser);
  },
  update(report) {
    chooser.value = chosen(report).name;
  },
  charts({ report, run }) {
    const one = chosen(report);
    const frameworks = shown(report);
    const floor = run.figure(one.name, FLOOR, state.metric)?.value ?? null;
    const found = frameworks
      .filter(({ name }) => name !== FLOOR)
      .map(({ name, title }) => ({ framework: name, label: title, ...run.figure(one.name, name, state.metric) }))
      .filter((row) => row.value !== undefined)
      .sort((a, b) => a.value - b.value);
    if (found.length === 0) return [];
    const best = found[0];
    const rows = found.map((row) => {
      const ratio = run.ratio(one.name, row.framework, best.framework, state.metric);
      const compared = row === best ? "" : ` · ${run.isEqual(ratio) ? "≈ " : ""}${times(ratio.value)}`;
      return { ...row, text: `${duration(row.value)}${compared}` };
    });
    const title = `${one.title}: ${state.metric === "wall" ? "wall time" : "client CPU time"} of a call`;
    return [{
      title,
      wide: true,
      svg: (width) => bars({ label: `${title}. ${rows.map((row) => `${row.label} ${row.text}`).join(", ")}`, rows, floor, unit: "s", width, report }),
      columns: ["Framework", "Way", "Wall time", "95 % interval", "Client CPU", "Remark"],
      rows: frameworks.flatMap((framework) => tableRows(run, one.name, framework)),
    }];
  },
};

function tableRows(run, name, { name: framework, title }) {
  const found = run.operations[name];
  const ways = (found?.series[framework] ?? []).map(([way, wall, cpu, unsteady]) => [
    title, way || "–", duration(wall[0]), `${duration(wall[1])} to ${duration(wall[2])}`, cpu ? duration(cpu[0]) : "–",
    unsteady ? "its warm-up did not come to rest" : "",
  ]);
  const failed = (found?.failures[framework] ?? []).map(([way, reason]) => [title, way || "–", "failed", "–", "–", reason]);
  if (ways.length + failed.length > 0) return [...ways, ...failed];
  return [[title, "–", "n/a", "–", "–", run.absence(name, framework, "wall").reason]];
}
