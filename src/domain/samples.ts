import type { History, Sample } from "../contract/service.ts";

/** A quarter of an hour at one a second. */
const mostSamples = 900;

/** The last quarter of an hour, second by second. */
export class Samples {
  #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > mostSamples) this.#samples.splice(0, this.#samples.length - mostSamples);
  }

  /** One list for each member: it travels in a fraction of the bytes. */
  get history(): History {
    const all = this.#samples;
    return {
      at: all.map(({ at }) => at),
      waiting: all.map(({ waiting }) => waiting),
      openAnswers: all.map(({ openAnswers }) => openAnswers),
      starts: all.map(({ starts }) => starts),
      shed: all.map(({ shed }) => shed),
      p50Ms: all.map(({ p50Ms }) => p50Ms),
      p90Ms: all.map(({ p90Ms }) => p90Ms),
      p99Ms: all.map(({ p99Ms }) => p99Ms),
      outputTokens: all.map(({ outputTokens }) => outputTokens),
      costPerMinute: all.map(({ costPerMinute }) => costPerMinute),
    };
  }
}
