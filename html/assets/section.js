// The sections below the table: each a question, its charts, the same as tables, and the command.

import { element, table } from "./element.js";
import { glance } from "./glance.js";
import { operation } from "./operation.js";
import { onChange, state } from "./state.js";
import { studies } from "./study.js";

// Charts far below are drawn when the reader comes near.
const NEAR = "600px";
const NARROW = 760;
const GAP = 32;

/**
 * A section is {id, title, present(report, run), lede(report, run), command(report, run), controls?(report),
 * update?(report), charts({report, run, width}) -> [{title, wide?, small?, legend?, svg?(width), columns, rows}]}.
 */
export function drawAll(container, report) {
  const all = [glance, operation, ...studies(report)];
  const views = all.map((one) => new View(one, report));
  container.append(element("nav", { class: "contents", "aria-label": "Charts" }, views.map((one) => one.link)), ...views.map((one) => one.root));
  onChange(() => views.forEach((one) => one.refresh()));
}

class View {
  constructor(section, report) {
    this.section = section;
    this.report = report;
    this.near = false;
    this.width = 0;
    this.link = element("a", { href: `#${section.id}`, onclick: (event) => this.go(event) }, section.title);
    this.lede = element("p", { class: "note" });
    this.body = element("div", { class: "figures" });
    this.command = element("code");
    this.root = element(
      "section", { id: section.id, tabindex: -1, "aria-labelledby": `${section.id}-title` },
      element("h2", { id: `${section.id}-title` }, section.title),
      this.lede,
      section.controls?.(report) ?? null,
      this.body,
      element("p", { class: "repeat" }, element("span", {}, "To repeat it:"), " ", this.command),
    );
    new IntersectionObserver(([entry]) => entry.isIntersecting && this.approach(), { rootMargin: NEAR }).observe(this.root);
    new ResizeObserver(() => this.resize()).observe(this.body);
    addEventListener("beforeprint", () => this.approach());
    this.refresh();
  }

  go(event) {
    // The part behind the # belongs to the view.
    event.preventDefault();
    this.root.scrollIntoView();
    this.root.focus({ preventScroll: true });
  }

  approach() {
    if (this.near) return;
    this.near = true;
    this.draw();
  }

  resize() {
    if (this.near && Math.abs(this.body.clientWidth - this.width) > 1) this.draw();
  }

  refresh() {
    const run = this.report.run(state.run);
    const present = this.section.present(this.report, run);
    this.root.hidden = this.link.hidden = !present;
    if (!present) return;
    this.lede.textContent = this.section.lede(this.report, run);
    this.command.textContent = this.section.command(this.report, run);
    if (this.near) this.draw();
  }

  draw() {
    this.width = this.body.clientWidth;
    if (this.root.hidden || this.width === 0) return;
    const open = [...this.body.querySelectorAll("details")].map((one) => one.open);
    const run = this.report.run(state.run);
    const found = this.section.charts({ report: this.report, run });
    this.section.update?.(this.report);
    const figures = found.map((chart, place) => figure(chart, this.width, open[place] ?? false));
    this.body.replaceChildren(...(figures.length ? figures : [element("p", { class: "remark" }, "The filters leave nothing to show here.")]));
  }
}

function figure(chart, width, open) {
  // As the grid of the style sheet: six tracks, one under the other where it is narrow.
  const share = width < NARROW || chart.wide ? 1 : chart.small ? 3 : 2;
  const own = Math.floor((width - GAP * (share - 1)) / share);
  if (!chart.svg) return element("figure", { class: "share-1" }, element("figcaption", {}, chart.title), table(chart.title, chart.columns, chart.rows));
  return element(
    "figure", { class: `share-${share}` },
    element("figcaption", {}, chart.title),
    chart.legend ?? null,
    chart.svg(own),
    element("details", { open }, element("summary", {}, "As a table"), table(chart.title, chart.columns, chart.rows)),
  );
}
