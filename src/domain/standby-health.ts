import type { Course, Health, Sample, Told } from "./health.ts";
import { Outage } from "./outage.ts";

export interface StandbyHealthOptions {
  readonly store: Health;
  /** What this process knows by itself, going on from how things stood. */
  readonly openLocal: (course: Course | null) => Health;
}

/** {@link Health} of a cluster; while the store is away this node judges by what it sees itself (A12). */
export class StandbyHealth implements Health {
  readonly #options: StandbyHealthOptions;
  #course: Course | null = null;
  #local: Health | null = null;

  constructor(options: StandbyHealthOptions) {
    this.#options = options;
  }

  async tell(sample: Sample | null): Promise<Told> {
    const { store, openLocal } = this.#options;
    try {
      const told = await store.tell(sample);
      this.#local = null;
      this.#course = told.course;
      return told;
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      this.#local ??= openLocal(this.#course);
      return this.#local.tell(sample);
    }
  }

  async quiet(model: string, ms: number): Promise<void> {
    try {
      await (this.#local ?? this.#options.store).quiet(model, ms);
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
    }
  }

  settle(course: Course, from: number | null): Promise<boolean> {
    return (this.#local ?? this.#options.store).settle(course, from);
  }
}
