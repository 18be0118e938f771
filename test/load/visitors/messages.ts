import type { Tier } from "../../../src/contract/shapes.ts";
import type { Phase } from "../schedule.ts";
import type { Asked } from "./asked.ts";
import type { Speech } from "./dialogues.ts";
import type { Tally } from "./tally.ts";

/** The part of a run that one worker process does. */
export interface Share {
  readonly worker: number;
  readonly workers: number;
  readonly sockets: number;
  /** Sockets opened a second, of this worker. */
  readonly perSecond: number;
  readonly urls: readonly string[];
  readonly addresses: readonly string[];
  /** Signs tokens of VIPs and members; without it everybody is a guest. */
  readonly secret: string | null;
  readonly speech: Speech;
}

export type ToWorker =
  | { readonly kind: "open"; readonly share: Share }
  | { readonly kind: "ask"; readonly atMs: number; readonly phases: readonly Phase[] }
  /** Asks nothing more, and connects nobody more. */
  | { readonly kind: "halt" }
  /** Tells what is left to tell, and ends. */
  | { readonly kind: "finish" };

/** What a worker tells twice a second. */
export interface Tick {
  readonly kind: "tick";
  readonly worker: number;
  readonly tally: Tally;
  /** Questions that have an outcome, since the last tick. */
  readonly asked: readonly Asked[];
  /** For the display; {@link asked} has them all. */
  readonly firstTextMs: readonly number[];
  readonly connectMs: readonly number[];
  readonly backMs: readonly number[];
  /** As the nodes told one of their customers each. */
  readonly tiers: readonly { readonly at: number; readonly node: string; readonly tier: Tier }[];
  readonly remarks: readonly { readonly kind: string; readonly what: string }[];
  /** How late questions were asked. */
  readonly lateMs: readonly number[];
  /** The longest that this process has kept a fact waiting. */
  readonly deafMs: number;
}

export type FromWorker =
  | Tick
  | { readonly kind: "opened"; readonly worker: number }
  /** All that was due has been asked. */
  | { readonly kind: "asked"; readonly worker: number }
  | { readonly kind: "finished"; readonly worker: number; readonly unsettled: readonly Asked[] };
