import { addCounts, type FirstTexts, msOf, slotMs, type Usual } from "./health.ts";

/** Spells of at least that length, and of at least so many first texts, are looked at one by one. */
const spellSlots = 10_000 / slotMs;
const fewest = 20;
/** What is usual is what nine of ten stay below in a spell, in the best one of so many minutes. */
const usualShare = 0.9;
const minutes = 10;
/** Models of one relay are not likely to differ by more. */
const unlikeFactor = 2;
const minuteSlots = 60_000 / slotMs;

export type UsualByModel = Readonly<Record<string, Usual>>;

/**
 * Takes in what was seen in a slot. As in BBR's filter for the round trip (Cardwell et al. 2016), what is usual falls at once
 * and rises only after minutes: a relay that turns slow is not soon taken for a slow relay. Within a spell it is a high
 * share that counts, because slow models differ more from answer to answer than fast ones.
 */
export function learn(usual: UsualByModel, slot: number, firstTexts: FirstTexts): UsualByModel {
  const learned: Record<string, Usual> = { ...usual };
  for (const [model, counts] of Object.entries(firstTexts)) {
    const known = turned(
      usual[model] ?? { since: slot, counts: {}, minute: minuteOf(slot), best: null, bests: [] },
      slot,
    );
    learned[model] = { ...known, counts: addCounts(known.counts, counts) };
  }
  return learned;
}

/**
 * Milliseconds to a model's first text when nothing is amiss; null where that is not known. One that has hardly been used is
 * measured by the others as well: it may have been used only since the relay turned slow.
 */
export function usualMs(usual: UsualByModel, model: string): number | null {
  const own = usual[model] && bestOf(usual[model]);
  if (own && (usual[model]?.bests.length ?? 0) >= minutes) return own;
  const others = Object.entries(usual).flatMap(([name, known]) => (name === model ? [] : (bestOf(known) ?? [])));
  const bounds = [...(own ? [own] : []), ...(others.length > 0 ? [unlikeFactor * Math.max(...others)] : [])];
  return bounds.length === 0 ? null : Math.min(...bounds);
}

function bestOf({ best, bests }: Usual): number | null {
  const all = best === null ? bests : [...bests, best];
  return all.length === 0 ? null : Math.min(...all);
}

/** Ends the spell and the minute, should they be over. */
function turned(known: Usual, slot: number): Usual {
  const isOver = slot - known.since >= spellSlots;
  const high = isOver ? highOf(known.counts) : null;
  const noted = high === null ? known : { ...known, since: slot, counts: {}, best: Math.min(known.best ?? high, high) };
  const minute = minuteOf(slot);
  if (minute === noted.minute) return noted;
  const bests = noted.best === null ? noted.bests : [...noted.bests, noted.best].slice(-minutes);
  return { ...noted, minute, best: null, bests };
}

const minuteOf = (slot: number) => Math.floor(slot / minuteSlots);

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
