import { addCounts, type FirstTexts, msOf, slotMs, type Usual } from "./health.ts";

/** Fewer first texts in a minute say nothing of what is usual. */
const fewest = 20;
/** What is usual is what nine of ten stay below, in the best of so many minutes. */
const usualShare = 0.9;
const minutes = 10;
const minuteSlots = 60_000 / slotMs;

export type UsualByModel = Readonly<Record<string, Usual>>;

/**
 * Takes in what was seen in a slot. As in BBR's filter for the round trip (Cardwell et al. 2016), what is usual falls at once
 * and rises only after minutes: a relay that turns slow is not soon taken for a slow relay. Within a minute it is a high
 * share that counts, because slow models differ more from answer to answer than fast ones.
 */
export function learn(usual: UsualByModel, slot: number, firstTexts: FirstTexts): UsualByModel {
  const minute = Math.floor(slot / minuteSlots);
  const learned: Record<string, Usual> = { ...usual };
  for (const [model, counts] of Object.entries(firstTexts)) {
    const known = turned(usual[model] ?? { minute, counts: {}, bests: [] }, minute);
    learned[model] = { ...known, counts: addCounts(known.counts, counts) };
  }
  return learned;
}

/** Milliseconds to a model's first text when nothing is amiss; null where that is not known. */
export function usualMs({ counts, bests }: Usual): number | null {
  const high = highOf(counts);
  const all = high === null ? bests : [...bests, high];
  return all.length === 0 ? null : Math.min(...all);
}

function turned(known: Usual, minute: number): Usual {
  if (known.minute === minute) return known;
  const high = highOf(known.counts);
  const bests = high === null ? known.bests : [...known.bests, high].slice(-minutes);
  return { minute, counts: {}, bests };
}

function highOf(counts: Usual["counts"]): number | null {
  const steps = Object.entries(counts).map(([step, count]) => ({ step: Number(step), count }));
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  if (total < fewest) return null;
  let left = total * usualShare;
  for (const { step, count } of steps.sort((a, b) => a.step - b.step)) {
    left -= count;
    if (left <= 0) return msOf(step);
  }
  return null;
}
