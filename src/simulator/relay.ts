import { DeltaCache } from "./delta-cache.ts";
import { FaultBox } from "./fault-box.ts";
import { Journal } from "./journal.ts";
import { type Limits, RateLimits, wideLimits } from "./limits.ts";
import { type Load, loadShape } from "./load.ts";
import { livelyPace, type Pace } from "./pace.ts";
import { openRandom, type Random } from "./random.ts";
import { Spending } from "./spending.ts";
import { PromptCache } from "./usage.ts";
import { openWheel, type Wheel } from "./wheel.ts";

/** How the stand-in relay behaves; every part has a default. */
export interface RelayOptions {
  readonly pace?: Partial<Pace>;
  /** Chooses among wordings and drives all jitter. */
  readonly seed?: number;
  /** The only keys accepted; without it any key is, unless it contains "bad" or "invalid". */
  readonly keys?: readonly string[];
  /** API versions known; without it both that SDKs send today. */
  readonly versions?: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly load?: Partial<Load>;
  /** The monotonic clock behind all pacing. */
  readonly nowMs?: () => number;
}

/** The state all requests share. */
export interface Relay {
  readonly pace: Pace;
  readonly seed: number;
  readonly keys: readonly string[] | undefined;
  readonly versions: readonly string[];
  readonly random: Random;
  readonly wheel: Wheel;
  readonly limits: RateLimits;
  readonly faults: FaultBox;
  readonly journal: Journal;
  readonly deltas: DeltaCache;
  readonly prompts: PromptCache;
  readonly spending: Spending;
  load: Load;
  openStreams: number;
  deltasWritten: number;
}

const knownVersions = ["2023-01-01", "2023-06-01", "2026-10-21"];

export function openRelay(options: RelayOptions): Relay {
  const seed = options.seed ?? 1;
  const random = openRandom(seed);
  return {
    pace: { ...livelyPace, ...options.pace },
    seed,
    keys: options.keys,
    versions: options.versions ?? knownVersions,
    random,
    wheel: openWheel(options.nowMs),
    limits: new RateLimits({ ...wideLimits, ...options.limits }),
    faults: new FaultBox(random),
    journal: new Journal(),
    deltas: new DeltaCache(),
    prompts: new PromptCache(),
    spending: new Spending(),
    load: loadShape.parse(options.load ?? {}),
    openStreams: 0,
    deltasWritten: 0,
  };
}
