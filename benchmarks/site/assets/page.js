// The first page: reads report.json, and lets the filters, the table and the charts follow it.

import * as comparison from "./comparison.js";
import * as filter from "./filter.js";
import { say } from "./element.js";
import { Report } from "./report.js";
import { drawAll } from "./section.js";
import { onChange, state } from "./state.js";
import { addThemeSwitch } from "./switch.js";

addThemeSwitch(document.getElementById("theme"));
const table = document.getElementById("operations");
if (table) {
  try {
    start(await Report.load("report.json"));
  } catch (error) {
    say(`The charts cannot be shown: ${error.message}`);
    document.getElementById("said").classList.replace("unseen", "remark");
  }
}

function start(report) {
  const form = document.getElementById("view");
  for (const one of document.querySelectorAll(".with-scripts")) one.hidden = false;
  comparison.number(table);
  comparison.build(table);
  filter.build(form, report);
  const show = () => {
    const { id } = report.run(state.run);
    for (const one of document.querySelectorAll(".run")) one.hidden = one.dataset.run !== id;
    filter.fill(form, report);
    comparison.fill(table, report);
  };
  show();
  drawAll(document.getElementById("charts"), report);
  onChange((now, before) => {
    show();
    if (now.operation !== before.operation) document.getElementById("operation")?.scrollIntoView();
  });
}
