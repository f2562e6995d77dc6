// What the reader chose, kept in the address behind the #, so that a view can be linked.

export const DEFAULTS = {
  run: "",
  metric: "wall",
  show: "ratio",
  reference: "best",
  family: "all",
  kind: "all",
  level: "all",
  without: "",
  operation: "",
  sort: "",
};

const listeners = [];
export let state = read();

function read() {
  const found = new URLSearchParams(location.hash.slice(1));
  const chosen = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) if (found.has(name)) chosen[name] = found.get(name);
  return chosen;
}

/** The address of the present view with some changes. */
export function address(changes = {}) {
  const chosen = { ...state, ...changes };
  const kept = Object.entries(chosen).filter(([name, value]) => value !== DEFAULTS[name]);
  return `#${new URLSearchParams(kept)}`;
}

export function change(changes) {
  // Not location.hash: that would scroll, and fill the history with every click.
  history.replaceState(null, "", address(changes));
  update();
}

export function onChange(listener) {
  listeners.push(listener);
}

function update() {
  state = read();
  for (const listener of listeners) listener();
}

// Anchors of the page itself (#measured) are no view, and change none.
addEventListener("hashchange", () => {
  if (location.hash === "" || location.hash.includes("=")) update();
});
