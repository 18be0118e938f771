import { z } from "zod";
import type { Random } from "./random.ts";

/** A fixed number, or the two ends (both included) it is drawn from. */
export type Range = number | readonly [low: number, high: number];

/** How fast an answer is written. With a fixed `deltaChars` deltas are exactly that long; with a range words stay whole. */
export interface Pace {
  readonly firstTokenMs: Range;
  readonly deltaMs: Range;
  readonly deltaChars: Range;
}

/** The rhythm of a real model on a good day: what the demonstration shows. */
export const livelyPace: Pace = { firstTokenMs: [250, 600], deltaMs: [20, 60], deltaChars: [2, 6] };

const range = z.union([
  z.coerce.number().min(0),
  z.tuple([z.number().min(0), z.number().min(0)]),
  z
    .string()
    .regex(/^\d+(\.\d+)?-\d+(\.\d+)?$/, 'a range is written "20-60"')
    .transform(readRange),
]);

/** Reads `{ first, delta, chars }` of a directive; each is a number or a range such as `20-60`. */
export const paceShape = z.strictObject({ first: range.optional(), delta: range.optional(), chars: range.optional() });

/** Draws a number from a range. */
export function within(range: Range, random: Random): number {
  return typeof range === "number" ? range : range[0] + random() * (range[1] - range[0]);
}

/** The pace with those parts replaced that the directive names. */
export function overridePace(pace: Pace, change: z.infer<typeof paceShape>): Pace {
  return {
    firstTokenMs: change.first ?? pace.firstTokenMs,
    deltaMs: change.delta ?? pace.deltaMs,
    deltaChars: change.chars ?? pace.deltaChars,
  };
}

function readRange(text: string): readonly [number, number] {
  const [low = 0, high = low] = text.split("-").map(Number);
  return [low, high];
}
