import type { History, Sample } from "../../../src/contract/service.ts";

/** The names of what is known of each second, but for the time. */
export type SeriesName = Exclude<keyof Sample, "at">;

const mostSamples = 900;
const names: readonly SeriesName[] = [
  "waiting",
  "openAnswers",
  "starts",
  "shed",
  "p50Ms",
  "p90Ms",
  "p99Ms",
  "outputTokens",
  "costPerMinute",
];

/** The history with one more second; the very same where that second is known, or makes no sense. */
export function withSample(history: History, sample: Sample): History {
  if (typeof sample?.at !== "number" || sample.at <= (history.at.at(-1) ?? 0)) return history;
  const next: Record<string, readonly (number | null)[]> = { at: latest([...history.at, sample.at]) };
  for (const name of names) next[name] = latest([...history[name], numberOf(sample[name])]);
  // CAST: made of the very names that a history has.
  return next as unknown as History;
}

const latest = <T>(all: readonly T[]): readonly T[] => all.slice(-mostSamples);
const numberOf = (given: unknown) => (typeof given === "number" ? given : null);

/** A history as far as it can be read: lists of one length. Null where there is no time. */
export function readHistory(given: unknown): History | null {
  const raw = (given ?? {}) as Readonly<Record<string, unknown>>;
  const at = raw["at"];
  if (!Array.isArray(at)) return null;
  const series = (name: string): (number | null)[] => {
    const list = raw[name];
    return at.map((_, index) => numberOf(Array.isArray(list) ? list[index] : null));
  };
  // CAST: made of the very names that a history has; what is missing is not drawn.
  return { at: at.map(Number), ...Object.fromEntries(names.map((name) => [name, series(name)])) } as unknown as History;
}
