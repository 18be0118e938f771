import { z } from "zod";
import { customerClass, tier } from "./shapes.ts";

/**
 * The service as its operators see it. Times of day are in epoch milliseconds on the clock of the node that tells; spans
 * and rates say their unit.
 */

const count = z.int().min(0);
const amount = z.number().min(0);
const at = amount;
const name = z.string().max(300);

/** An id of a node, for as long as its process lives. */
export const nodeId = z.string().min(1).max(64);

/** What the tier is as it is for: how the relay does, that the day's budget is spent, or that an operator holds it. */
export const tierReason = z.enum(["relay", "budget", "operator"]);

/** `up` is heard of, `lost` is not any more; of one that is `unknown` nothing can be heard because Redis is away. */
export const nodeState = z.enum(["up", "draining", "lost", "unknown"]);
export const redisState = z.enum(["none", "up", "away"]);

/** One node; figures of a `lost` one are the last that were heard. */
export const nodeRow = z.object({
  nodeId,
  name,
  state: nodeState,
  heardMs: amount,
  upMs: amount,
  customers: count,
  agents: count,
  openAnswers: count,
  /** How late timers ran in the last second, of a hundred the worst but one. */
  loopDelayMs: amount,
  memoryBytes: amount,
  redis: redisState,
});

/** What may go wrong, each with words of its own that say what to do. */
export const troubleCode = z.enum([
  "bad-key",
  "unknown-model",
  "bad-request",
  "spend-limit",
  "rate-limit",
  "overloaded",
  "server-error",
  "unreachable",
  "slow-start",
  "slow",
  "stall",
  "too-long",
  "cut",
  "broken",
  "empty",
  "shed",
  "flood",
  "redis-away",
  "node-lost",
  "node-busy",
  "budget-spent",
  "records-lost",
  "look-up-failed",
  "tools-away",
  "webhook-failed",
  "unexpected",
]);

/** Something that went wrong within the last quarter of an hour. */
export const trouble = z.object({
  code: troubleCode,
  /** The model, tool, node, class or host that it is about; empty for none. */
  about: name,
  count,
  firstAt: at,
  lastAt: at,
  /** It goes on, or happened a few seconds ago. */
  isNow: z.boolean(),
});

const by = z.string().max(200);

/** What an operator has done: who, what, when. `about` is a tier, minutes, or the name of a node. */
export const deed = z.object({
  at,
  by,
  what: z.enum(["tier-held", "tier-released", "guests-paused", "guests-released", "node-drained", "node-returned"]),
  about: name,
});

const quantile = amount.nullable();

/** Times to the first token of all nodes together; null where there was none. */
export const firstTokens = z.object({ count, p50Ms: quantile, p90Ms: quantile, p99Ms: quantile });

export const serviceState = z.object({
  at,
  /** The node that tells. */
  nodeId,
  tier: z.object({ tier, reason: tierReason, since: at, by: by.optional() }),
  /** How attempts at the relay went in the last five seconds: the tier follows it. */
  signal: z.object({ attempts: count, late: count, failed: count, stuck: count }),
  lines: z.array(z.object({ class: customerClass, waiting: count, oldestWaitMs: amount })),
  /** Answers that wait for their first text. */
  starting: count,
  openAnswers: count,
  /** Of the last half minute. */
  firstTokens,
  /** A second, of the last five. */
  rates: z.object({ starts: amount, shed: amount, refused: amount, inputTokens: amount, outputTokens: amount }),
  cost: z.object({ currency: z.string(), perMinute: amount, today: amount, budget: amount.nullable() }),
  relay: z.object({
    /** Attempts of the last minute by outcome: `complete`, `aborted`, or why they failed. */
    attempts: z.record(z.string(), count),
    /** How often it was given quiet in the last minute. */
    pauses: count,
    quiet: z.array(z.object({ model: name, leftMs: amount })),
  }),
  redis: z.object({ state: redisState, failures: count }),
  nodes: z.array(nodeRow),
  troubles: z.array(trouble),
  orders: z.object({
    tier: z.object({ tier, by, at }).nullable(),
    guests: z.object({ until: at, by, at }).nullable(),
    drained: z.array(z.object({ nodeId, by, at })),
  }),
  audit: z.array(deed),
});

/** One second of the service: a row of the history. */
export const sample = z.object({
  at,
  waiting: amount,
  openAnswers: amount,
  starts: amount,
  shed: amount,
  p50Ms: quantile,
  p90Ms: quantile,
  p99Ms: quantile,
  outputTokens: amount,
  costPerMinute: amount,
});

/** Many samples, oldest first, as one list for each of their members. */
export const history = z.object({
  at: z.array(at),
  waiting: z.array(amount),
  openAnswers: z.array(amount),
  starts: z.array(amount),
  shed: z.array(amount),
  p50Ms: z.array(quantile),
  p90Ms: z.array(quantile),
  p99Ms: z.array(quantile),
  outputTokens: z.array(amount),
  costPerMinute: z.array(amount),
});

export type TierReason = z.infer<typeof tierReason>;
export type NodeState = z.infer<typeof nodeState>;
export type RedisState = z.infer<typeof redisState>;
export type NodeRow = z.infer<typeof nodeRow>;
export type TroubleCode = z.infer<typeof troubleCode>;
export type Trouble = z.infer<typeof trouble>;
export type Deed = z.infer<typeof deed>;
export type ServiceState = z.infer<typeof serviceState>;
export type Sample = z.infer<typeof sample>;
export type History = z.infer<typeof history>;
