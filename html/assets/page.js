// The first page: reads report.json, and lets the filters, the table and the charts follow it.

import * as comparison from "./comparison.js";
import * as filter from "./filter.js";
import { say } from "./element.js";
import { Report } from "./report.js";
import { drawAll } from "./section.js";
import { change, onChange, state } from "./state.js";
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
  onChange(show);
  document.addEventListener("click", followOperation);
}

/** A link to an operation leads to its section, and leaves all else that was chosen. */
function followOperation(event) {
  const link = event.target.closest?.('a[href*="operation="]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  change({ operation: new URLSearchParams(link.hash.slice(1)).get("operation") });
  const section = document.getElementById("operation");
  section.scrollIntoView();
  section.focus({ preventScroll: true });
}
