import { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import { type LabelsOf, type Metric, type MetricKey, metrics } from "./metrics.ts";

type Labels<K extends MetricKey> = Readonly<Record<LabelsOf<K>, string>>;

type KeyOf<T extends Metric["type"]> = {
  [K in MetricKey]: (typeof metrics)[K]["type"] extends T ? K : never;
}[MetricKey];

/** The metrics of {@link metrics} as the Prometheus client keeps them; no other can be made. */
export class MetricRegistry {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricKey, Counter<string>>();
  readonly #gauges = new Map<MetricKey, Gauge<string>>();
  readonly #histograms = new Map<MetricKey, Histogram<string>>();

  constructor() {
    for (const [key, metric] of Object.entries(metrics) as [MetricKey, Metric][]) this.#open(key, metric); // CAST: its own keys
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus reads. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }

  add<K extends KeyOf<"counter">>(key: K, labels: Labels<K>, count = 1): void {
    if (count > 0) this.#counters.get(key)?.inc(labels, count);
  }

  /** Tells of a counter before anything was counted: a first count would not be seen as a rise by whoever reads it. */
  begin<K extends KeyOf<"counter">>(key: K, labels: Labels<K>): void {
    this.#counters.get(key)?.inc(labels, 0);
  }

  /** Sets a counter to what was counted elsewhere. */
  total<K extends KeyOf<"counter">>(key: K, count: number): void {
    const counter = this.#counters.get(key);
    counter?.reset();
    counter?.inc(count);
  }

  /** What a counter has come to, added up by one of its labels; without one, all of it under the empty name. */
  async sums<K extends KeyOf<"counter">>(key: K, by?: LabelsOf<K>): Promise<Readonly<Record<string, number>>> {
    const read = await this.#counters.get(key)?.get();
    const sums: Record<string, number> = {};
    for (const { labels, value } of read?.values ?? []) {
      const name = by === undefined ? "" : String(labels[by] ?? "");
      sums[name] = (sums[name] ?? 0) + value;
    }
    return sums;
  }

  set<K extends KeyOf<"gauge">>(key: K, labels: Labels<K>, value: number): void {
    this.#gauges.get(key)?.set(labels, value);
  }

  /** Forgets what was set: labels that are not set again are not told. */
  clear(key: KeyOf<"gauge">): void {
    this.#gauges.get(key)?.reset();
  }

  observe<K extends KeyOf<"histogram">>(key: K, labels: Labels<K>, value: number): void {
    this.#histograms.get(key)?.observe(labels, value);
  }

  #open(key: MetricKey, { name, type: kind, help, labels, buckets }: Metric): void {
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] };
    switch (kind) {
      case "counter":
        this.#counters.set(key, new Counter(common));
        return;
      case "gauge":
        this.#gauges.set(key, new Gauge(common));
        // Nothing is told before it is set: a node without Redis has none that is down.
        this.#gauges.get(key)?.remove({});
        return;
      case "histogram":
        this.#histograms.set(key, new Histogram({ ...common, buckets: [...(buckets ?? [])] }));
        return;
      default: {
        kind satisfies never;
      }
    }
  }
}
