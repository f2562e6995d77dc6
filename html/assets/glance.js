// All operations at once: how far each framework is from the floor.

import { marks, strips } from "./chart.js";
import { shown } from "./filter.js";
import { times } from "./format.js";
import { state } from "./state.js";

const FLOOR = "floor";

export const glance = {
  id: "glance",
  title: "At a glance: distance to the floor",
  present: (report, run) => Object.values(run.operations).some((one) => FLOOR in one.series),
  lede: () =>
    "The floor sends the same bytes and decodes nothing: no client that sends these statements one after the other can be left of its line. " +
    "Filled marks are data-bridge. Wall time, whatever is chosen above.",
  command: (report, run) => run.command,
  charts({ report, run }) {
    const frameworks = shown(report).filter((one) => one.name !== FLOOR);
    const operations = report.operations.filter(
      (one) => run.figure(one.name, FLOOR, "wall") && (state.family === "all" || one.family === state.family),
    );
    const rows = operations.flatMap((one) =>
      frameworks.flatMap(({ name }) => {
        const ratio = run.ratio(one.name, name, FLOOR, "wall");
        return ratio ? [{ framework: name, label: one.title, value: ratio.value }] : [];
      }));
    if (rows.length === 0) return [];
    const title = "Times as long as the floor";
    return [{
      title,
      wide: true,
      legend: marks(report, frameworks),
      svg: (width) => strips({ label: `${title}, by operation and framework; the table below has the figures`, rows, xLabel: "times as long as the floor", width, report }),
      columns: ["Operation", ...frameworks.map((one) => one.title)],
      rows: operations.map((one) => [
        one.title,
        ...frameworks.map(({ name }) => {
          const ratio = run.ratio(one.name, name, FLOOR, "wall");
          return ratio ? times(ratio.value) : "–";
        }),
      ]),
    }];
  },
};
