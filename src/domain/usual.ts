import { addCounts, type FirstTexts, msOf, slotMs, type Usual } from "./health.ts";

/** Fewer first texts in a minute say nothing of what is usual. */
const fewest = 20;
/** What is usual is the lowest tenth of the times of a minute, and the lowest of so many minutes. */
const lowShare = 0.1;
const minutes = 10;
const minuteSlots = 60_000 / slotMs;

export type UsualByModel = Readonly<Record<string, Usual>>;

/**
 * Takes in what was seen in a slot. As in BBR's filter for the round trip (Cardwell et al. 2016), what is usual falls at once
 * and rises only after minutes: a relay that turns slow is not soon taken for a slow relay.
 */
export function learn(usual: UsualByModel, slot: number, firstTexts: FirstTexts): UsualByModel {
  const minute = Math.floor(slot / minuteSlots);
  const learned: Record<string, Usual> = { ...usual };
  for (const [model, counts] of Object.entries(firstTexts)) {
    const known = turned(usual[model] ?? { minute, counts: {}, lows: [] }, minute);
    learned[model] = { ...known, counts: addCounts(known.counts, counts) };
  }
  return learned;
}

/** Milliseconds to a model's first text when nothing is amiss; null where that is not known. */
export function usualMs({ counts, lows }: Usual): number | null {
  const low = lowOf(counts);
  const all = low === null ? lows : [...lows, low];
  return all.length === 0 ? null : Math.min(...all);
}

function turned(known: Usual, minute: number): Usual {
  if (known.minute === minute) return known;
  const low = lowOf(known.counts);
  const lows = low === null ? known.lows : [...known.lows, low].slice(-minutes);
  return { minute, counts: {}, lows };
}

function lowOf(counts: Usual["counts"]): number | null {
  const steps = Object.entries(counts).map(([step, count]) => ({ step: Number(step), count }));
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  if (total < fewest) return null;
  let left = total * lowShare;
  for (const { step, count } of steps.sort((a, b) => a.step - b.step)) {
    left -= count;
    if (left <= 0) return msOf(step);
  }
  return null;
}
