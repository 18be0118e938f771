import type { Course, Health, Sample, Told } from "../../domain/health.ts";
import { noVitals, slotMs, vitalNames } from "../../domain/health.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { replies } from "./replies.ts";

export interface RedisHealthOptions {
  readonly link: Link;
  readonly keys: Keys;
  /** The time in milliseconds, for tests; Redis' own otherwise. */
  readonly now?: () => number;
}

type VitalName = (typeof vitalNames)[number];
type OpenSample = {
  readonly vitals: Record<VitalName, number>;
  readonly firstTexts: Record<string, Record<number, number>>;
};

/** {@link Health} of a cluster. Everything may throw `Outage`. */
export class RedisHealth implements Health {
  readonly #link: Link;
  readonly #keys: string[];
  readonly #now: () => string;

  constructor({ link, keys, now }: RedisHealthOptions) {
    this.#link = link;
    this.#keys = keys.health;
    this.#now = now === undefined ? () => "" : () => String(now());
  }

  async tell(sample: Sample | null): Promise<Told> {
    const counts = sample === null ? [] : countsOf(sample);
    const reply = await this.#link.step("health/tell", this.#keys, [String(slotMs), this.#now(), ...counts]);
    const [slot, course, seen, quiet] = replies.told.parse(reply);
    const settled = course === null ? null : replies.course.parse(JSON.parse(course));
    return { slot, course: settled, seen: samplesOf(seen), quiet: numbersOf(quiet) };
  }

  async quiet(model: string, ms: number): Promise<void> {
    await this.#link.step("health/quiet", this.#keys, [model, String(ms), this.#now()]);
  }

  async settle(course: Course, from: number | null): Promise<boolean> {
    const args = [String(from ?? ""), String(course.slot), JSON.stringify(course)];
    return (await this.#link.step("health/settle", this.#keys, args)) === 1;
  }
}

/** Names of counts and what is added to them: a vital's, or `step:model`. */
function countsOf({ vitals, firstTexts }: Sample): string[] {
  const all = [
    ...vitalNames.map((name) => [name, vitals[name]] as const),
    ...Object.entries(firstTexts).flatMap(([model, counts]) =>
      Object.entries(counts).map(([step, count]) => [`${step}:${model}`, count] as const),
    ),
  ];
  return all.filter(([, count]) => count > 0).flatMap(([name, count]) => [name, String(count)]);
}

/** Reads name, number, … */
function numbersOf(flat: readonly string[]): Map<string, number> {
  const pairs = Array.from(
    { length: flat.length / 2 },
    (_, at) => [flat[2 * at] ?? "", Number(flat[2 * at + 1])] as const,
  );
  return new Map(pairs);
}

/** Reads `slot|name`, count, … */
function samplesOf(flat: readonly string[]): Map<number, Sample> {
  const samples = new Map<number, OpenSample>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [, slot = "", name = ""] = /^(\d+)\|(.+)$/s.exec(flat[at] ?? "") ?? [];
    const sample = samples.get(Number(slot)) ?? { vitals: { ...noVitals }, firstTexts: {} };
    samples.set(Number(slot), sample);
    note(sample, name, Number(flat[at + 1]));
  }
  return samples;
}

function note({ vitals, firstTexts }: OpenSample, name: string, count: number): void {
  if (isVital(name)) {
    vitals[name] = count;
    return;
  }
  const [, step = "", model = ""] = /^(\d+):(.+)$/s.exec(name) ?? [];
  firstTexts[model] = { ...firstTexts[model], [Number(step)]: count };
}

const isVital = (name: string): name is VitalName => (vitalNames as readonly string[]).includes(name);
