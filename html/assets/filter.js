// The form above the table: what is shown of what was measured.

import { element } from "./element.js";
import { words } from "./format.js";
import { change, state } from "./state.js";

/** The frameworks that the filters leave, in the order of columns. */
export function shown(report) {
  const without = new Set(state.without.split(",").filter(Boolean));
  return report.frameworks.filter((one) => fits(one) && !without.has(one.name));
}

function fits(one) {
  if (one.level === "floor") return true;
  return (state.kind === "all" || one.kind === state.kind) && (state.level === "all" || one.level === state.level);
}

function radios(legend, name, options) {
  return element(
    "fieldset", {},
    element("legend", {}, legend),
    options.map(([value, text]) =>
      element(
        "label", {},
        element("input", { type: "radio", name, value, onchange: () => change({ [name]: value }) }),
        element("span", {}, text),
      )),
  );
}

function select(label, name, options) {
  return element(
    "label", { class: "choice" },
    element("span", {}, label),
    element(
      "select", { name, onchange: (event) => change({ [name]: event.target.value }) },
      options.map(([value, text]) => element("option", { value }, text)),
    ),
  );
}

function runChoices(report) {
  const machines = new Set(report.runs.map((run) => run.machine));
  return report.runs.map((run) => [run.id, machines.size > 1 ? `${run.loop} · ${run.machine}` : run.loop]);
}

function toggle(name) {
  const without = new Set(state.without.split(",").filter(Boolean));
  if (!without.delete(name)) without.add(name);
  change({ without: [...without].join(",") });
}

export function build(form, report) {
  form.addEventListener("submit", (event) => event.preventDefault());
  const runs = runChoices(report);
  form.append(
    element(
      "div", { class: "row" },
      runs.length > 3 ? select("Run", "run", runs) : radios("Loop", "run", runs),
      radios("Time", "metric", [["wall", "wall"], ["cpu", "client CPU"]]),
      radios("Show", "show", [["ratio", "ratio"], ["time", "time"]]),
      select("Compared with", "reference", [
        ["best", "the quickest"],
        ...report.frameworks.map((one) => [one.name, one.title]),
      ]),
      select("Family", "family", [["all", "all"], ...report.families.map((one) => [one, words(one)])]),
      radios("Kind", "kind", [["all", "all"], ["async", "async"], ["sync", "sync"]]),
      radios("Level", "level", [["all", "all"], ["driver", "drivers"], ["ORM", "ORMs"]]),
    ),
    element(
      "fieldset", { class: "frameworks" },
      element("legend", {}, "Frameworks"),
      report.frameworks.map((one) =>
        element(
          "label", { class: "chip" },
          element("input", { type: "checkbox", name: "framework", value: one.name, onchange: () => toggle(one.name) }),
          element("i", { class: `swatch color-${report.frameworks.indexOf(one)}` }),
          element("span", {}, one.title),
        )),
      element("button", { type: "reset", class: "plain", onclick: reset }, "Reset"),
    ),
  );
}

function reset(event) {
  event.preventDefault();
  change({ metric: "wall", show: "ratio", reference: "best", family: "all", kind: "all", level: "all", without: "", sort: "" });
}

export function fill(form, report) {
  const without = new Set(state.without.split(",").filter(Boolean));
  for (const input of form.querySelectorAll("input[type=radio]")) {
    const chosen = input.name === "run" ? report.run(state.run).id : state[input.name];
    input.checked = input.value === chosen;
  }
  for (const input of form.querySelectorAll("select")) {
    input.value = input.name === "run" ? report.run(state.run).id : state[input.name];
  }
  for (const input of form.querySelectorAll("input[type=checkbox]")) {
    const one = report.frameworks.find(({ name }) => name === input.value);
    input.checked = !without.has(one.name);
    input.disabled = !fits(one);
  }
}
