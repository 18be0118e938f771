import type { Tier } from "../../../src/contract/shapes.ts";
import { type TextFault, textFaults } from "./text-check.ts";

/** What the visitors of one process have seen so far. */
export interface Tally {
  /** Sockets with an open conversation. */
  open: number;
  asked: number;
  begun: number;
  /** Stand in line now. */
  waiting: number;
  shed: number;
  refused: number;
  ended: number;
  /** Questions without an outcome so far. */
  unsettled: number;
  /** Questions that were due while every customer of this process still waited for an answer. */
  skipped: number;
  /** Connections that ended although nobody here ended them, and connections that did not come about. */
  cut: number;
  unopened: number;
  readonly texts: Record<TextFault, number>;
  /** Holes that `turn:resume` has filled, and texts read again after a connection was lost. */
  mended: number;
  /** Facts that are not as the contract has them. */
  strange: number;
  tier: Tier | null;
}

export function openTally(): Tally {
  const counts = { open: 0, asked: 0, begun: 0, waiting: 0, shed: 0, refused: 0, ended: 0, unsettled: 0, skipped: 0 };
  return { ...counts, cut: 0, unopened: 0, texts: noFaults(), mended: 0, strange: 0, tier: null };
}

const noFaults = () => ({ lost: 0, doubled: 0, late: 0, held: 0, wrong: 0 });

/** Of several processes; the tier is the one that was told last. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = openTally();
  for (const tally of tallies) {
    for (const name of counted) sum[name] += tally[name];
    for (const name of textFaults) sum.texts[name] += tally.texts[name];
    sum.tier = tally.tier ?? sum.tier;
  }
  return sum;
}

const counted = [
  "open",
  "asked",
  "begun",
  "waiting",
  "shed",
  "refused",
  "ended",
  "unsettled",
  "skipped",
  "cut",
  "unopened",
  "mended",
  "strange",
] as const satisfies readonly (keyof Tally)[];
