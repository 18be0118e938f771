import type { StartRate } from "../../src/domain/line.ts";
import type { Story } from "./story.ts";

/** What its customers saw of a service that begins so many answers. */
export interface Seen {
  readonly stories: readonly Story[];
  readonly rate: StartRate;
  /** By how much anything may have been seen late. */
  readonly slackMs: number;
  /** False for a moment at which starts were not seen as they were given. */
  readonly isClear: (at: number) => boolean;
}

/** With what was done to its line. */
export interface Run extends Seen {
  readonly reloads: readonly Reload[];
  readonly leaving: Leaving;
  readonly killing: Killing;
}

/** A page that was loaded again: the place before, and the one that was told next; null when it was served meanwhile. */
export interface Reload {
  readonly before: number;
  readonly after: number | null;
}

/** Some left the line between two moments. */
export interface Leaving {
  readonly from: number;
  readonly to: number;
  readonly gone: readonly Story[];
}

/** A node was killed. */
export interface Killing {
  readonly at: number;
  readonly node: string;
}

/** Grants of one moment reach two nodes in rounds of 40 ms, and begin after a step or two in Redis. */
export const togetherMs = 80;
/** A dead node's answers are found and claimed, and its customers are back and served, after so long at most (N2). */
export const rescueMs = 5_000;
