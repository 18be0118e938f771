import type { Clock } from "../../domain/clock.ts";
import {
  addCounts,
  type Course,
  type Health,
  noVitals,
  type Sample,
  slotMs,
  sumOf,
  type Told,
} from "../../domain/health.ts";

/** {@link Health} of one process. */
export class MemoryHealth implements Health {
  readonly #clock: Clock;
  readonly #seen = new Map<number, Sample>();
  readonly #quiet = new Map<string, number>();
  #course: Course | null;

  /** @param course how things stand at first */
  constructor(clock: Clock, course: Course | null = null) {
    this.#clock = clock;
    this.#course = course;
  }

  async tell(sample: Sample | null): Promise<Told> {
    const slot = Math.floor(this.#clock.now() / slotMs);
    if (sample) this.#seen.set(slot, merged(this.#seen.get(slot), sample));
    const now = this.#clock.now();
    const quiet = [...this.#quiet].map(([model, until]) => [model, Math.ceil(until - now)] as const);
    return {
      slot,
      course: this.#course,
      seen: new Map(this.#seen),
      quiet: new Map(quiet.filter(([, ms]) => ms > 0)),
    };
  }

  async quiet(model: string, ms: number): Promise<void> {
    this.#quiet.set(model, Math.max(this.#quiet.get(model) ?? 0, this.#clock.now() + ms));
  }

  async settle(course: Course, from: number | null): Promise<boolean> {
    if ((this.#course?.slot ?? null) !== from) return false;
    this.#course = course;
    for (const slot of this.#seen.keys()) if (slot <= course.slot) this.#seen.delete(slot);
    return true;
  }
}

function merged(known: Sample | undefined, more: Sample): Sample {
  const firstTexts = { ...known?.firstTexts };
  for (const [model, counts] of Object.entries(more.firstTexts))
    firstTexts[model] = addCounts(firstTexts[model] ?? {}, counts);
  return { vitals: sumOf([known?.vitals ?? noVitals, more.vitals]), firstTexts };
}
