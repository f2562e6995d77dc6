// Elements of the page. Text goes in as text, so that nothing a result says is ever markup.

/** An element with attributes (or properties that begin with "on") and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Text for those who hear the page. */
export const unseen = (text) => element("span", { class: "unseen" }, text);

const WORDS = /^[a-z]/i;

/** A table: columns are words, rows are lists whose first cell names the row. */
export function table(caption, columns, rows) {
  const wordy = columns.map((_, place) => (rows.some((row) => WORDS.test(row[place])) ? "word" : null));
  return element(
    "div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 },
    element(
      "table", { class: "plain" },
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, columns.map((one, place) => element("th", { scope: "col", class: wordy[place] }, one)))),
      element(
        "tbody", {},
        rows.map(([first, ...cells]) =>
          element("tr", {}, element("th", { scope: "row" }, first), cells.map((one, place) => element("td", { class: wordy[place + 1] }, one)))),
      ),
    ),
  );
}

export function say(text) {
  document.getElementById("said").textContent = text;
}
