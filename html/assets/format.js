// Quantities as people read them: three digits, and the unit that gives them.

const TIMES = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];
const SIZES = [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]];
const COUNTS = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];

export function digits(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

function scaled(units, value) {
  const [size, unit] = units.find(([one]) => Math.abs(value) >= one) ?? units.at(-1);
  return `${digits(value / size)} ${unit}`.trim();
}

export const duration = (seconds) => (seconds === 0 ? "0 s" : scaled(TIMES, seconds));
export const times = (ratio) => `${digits(ratio)}×`;
export const grouped = (value) => value.toLocaleString("en-US");

/** A figure with its unit, as `benchmarks.figure` names them. */
export function quantity(value, unit) {
  if (unit === "s") return duration(value);
  if (unit === "B") return scaled(SIZES, value);
  if (unit === "1/s") return `${scaled(COUNTS, value).replace(" ", "")}/s`;
  if (Number.isInteger(value) && value < 10000) return grouped(value);
  return scaled(COUNTS, value).replace(" ", "");
}

/** A figure at an axis: without zeros that say nothing. */
export function tick(value, unit) {
  return quantity(value, unit).replace(/\.0+(?=\D|$)/, "").replace(/(\.\d*[1-9])0+(?=\D|$)/, "$1");
}

/** The number of a parameter or its word. */
export const parameter = (value) => (typeof value === "number" ? grouped(value) : String(value));

/** An identifier as words. */
export function words(name) {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
