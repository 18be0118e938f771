import { z } from "zod";
import { failures, Refused } from "./failures.ts";

/** How the simulator suffers under load. */
export const loadShape = z.strictObject({
  /** Added to the first-token time of each stream for each stream already open. */
  perOpenMs: z.number().min(0).default(0),
  /** More open streams than this are refused; null is no limit. */
  capacity: z.number().int().min(0).nullable().default(null),
  refuseWith: z.enum(["overloaded", "rate-limit"]).default("overloaded"),
});

export type Load = z.infer<typeof loadShape>;

export const noLoad: Load = loadShape.parse({});

/** Throws `Refused` (529 or 429) when one more stream would be too many. */
export function checkCapacity(load: Load, openStreams: number): void {
  if (load.capacity !== null && openStreams >= load.capacity) throw new Refused(failures[load.refuseWith]);
}

/** What the open streams add to the first-token time of the next. */
export function loadDelayMs(load: Load, openStreams: number): number {
  return load.perOpenMs * openStreams;
}
