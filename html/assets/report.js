// What report.json says, and how its figures compare. `benchmarks/site/document.py` has its shape.

export class Report {
  constructor(found) {
    this.frameworks = found.frameworks;
    this.families = found.families;
    this.operations = found.operations;
    this.studies = found.studies;
    this.runs = found.runs.map((run) => new Run(run));
    this.titles = new Map(found.frameworks.map((one) => [one.name, one.title]));
    this.operationTitles = new Map(found.operations.map((one) => [one.name, one.title]));
  }

  static async load(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return new Report(await answer.json());
  }

  run(identifier) {
    return this.runs.find((run) => run.id === identifier) ?? this.runs[0];
  }

  title(name) {
    return this.titles.get(name) ?? name;
  }
}

export class Run {
  constructor(found) {
    Object.assign(this, found);
  }

  /** The figure of a framework: {value, low, high, way}, or null. */
  figure(operation, name, metric) {
    const ways = this.operations[operation]?.series[name];
    if (!ways) return null;
    const [way, wall, cpu] = ways[0];
    const found = metric === "wall" ? wall : cpu;
    return found && { value: found[0], low: found[1], high: found[2], way };
  }

  /** Why there is no figure: {failed, reason}. */
  absence(operation, name, metric) {
    const found = this.operations[operation];
    if (!found) return { failed: false, reason: "not measured in this run" };
    if (found.failures[name] && !found.series[name]) {
      return { failed: true, reason: found.failures[name].map(([, why]) => why).join("; ") };
    }
    if (this.left_out[name]) return { failed: false, reason: this.left_out[name] };
    const reason = found.series[name] ? `no ${metric} time` : "has no such operation";
    return { failed: false, reason };
  }

  /** The quickest of some frameworks, or null. */
  best(operation, names, metric) {
    let best = null;
    for (const name of names) {
      const found = this.figure(operation, name, metric);
      if (found && (!best || found.value < best.value)) best = { name, ...found };
    }
    return best;
  }

  /** One framework's figure divided by another's: {value, low, high}, or null. */
  ratio(operation, above, below, metric) {
    const found = this.operations[operation];
    if (!found) return null;
    if (above === below) return { value: 1, low: 1, high: 1 };
    const order = Object.keys(found.series);
    let [first, second] = [order.indexOf(above), order.indexOf(below)];
    if (first < 0 || second < 0) return null;
    const swapped = first > second;
    if (swapped) [first, second] = [second, first];
    // Pairs lie as the rows of a triangle: 0-1, 0-2, ..., 1-2, ...
    const place = (first * (2 * order.length - first - 1)) / 2 + second - first - 1;
    const bounds = found.ratios[metric][place];
    if (!bounds) return null;
    const value = this.figure(operation, above, metric).value / this.figure(operation, below, metric).value;
    const [low, high] = bounds.map((bound) => bound / 1000);
    return swapped
      ? { value, low: value / high, high: value / low }
      : { value, low: value * low, high: value * high };
  }

  /** Whether a ratio says nothing, as `benchmarks.statistic.verdict` judges. */
  isEqual(ratio) {
    return ratio.low <= 1 + this.noise && ratio.high >= 1 / (1 + this.noise);
  }

  /** The rows of a study as objects. */
  rows(study) {
    return (this.studies[study]?.rows ?? []).map(
      ([subject, framework, way, parameters, metric, unit, [value, low, high]]) => ({
        subject, framework, way, parameters, metric, unit, value, low, high,
      }),
    );
  }
}
