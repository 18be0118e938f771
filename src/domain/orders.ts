import type { Deed } from "../contract/service.ts";
import type { Tier } from "../contract/shapes.ts";

/** Who has ordered something, and when, in epoch milliseconds. */
export interface Given {
  readonly by: string;
  readonly at: number;
}

/** What operators have ordered and not taken back: it holds for all nodes. */
export interface Orders {
  /** Grows by one with each change: of two the higher one is the later. */
  readonly revision: number;
  /** The tier is that one, whatever the relay does and the budget says. */
  readonly tier: (Given & { readonly tier: Tier }) | null;
  /** No answers to guests begin until then, in epoch milliseconds. */
  readonly guests: (Given & { readonly until: number }) | null;
  /** Nodes that take nobody. */
  readonly drained: Readonly<Record<string, Given>>;
  /** What was done last, the latest first. */
  readonly audit: readonly Deed[];
}

export const noOrders: Orders = { revision: 0, tier: null, guests: null, drained: {}, audit: [] };

/** What an operator wishes. */
export type Wanted =
  | { readonly kind: "tier"; readonly tier: Tier | null }
  | { readonly kind: "guests"; readonly minutes: number | null }
  | { readonly kind: "node"; readonly nodeId: string; readonly name: string; readonly active: boolean };

const mostDeeds = 50;

/** The orders with that one among them, and a line of who gave it; the very same where it changes nothing. */
export function ordered(orders: Orders, wanted: Wanted, { by, at }: Given): Orders {
  const done = (what: Deed["what"], about: string, change: Partial<Orders>): Orders => ({
    ...orders,
    ...change,
    revision: orders.revision + 1,
    audit: [{ at, by, what, about }, ...orders.audit].slice(0, mostDeeds),
  });
  switch (wanted.kind) {
    case "tier": {
      const { tier } = wanted;
      if (tier === (orders.tier?.tier ?? null)) return orders;
      if (tier === null) return done("tier-released", orders.tier?.tier ?? "", { tier: null });
      return done("tier-held", tier, { tier: { tier, by, at } });
    }
    case "guests": {
      const { minutes } = wanted;
      if (minutes !== null) {
        return done("guests-paused", String(minutes), { guests: { until: at + minutes * 60_000, by, at } });
      }
      return isPaused(orders, at) ? done("guests-released", "", { guests: null }) : orders;
    }
    case "node": {
      const { nodeId, name, active } = wanted;
      const { [nodeId]: known, ...others } = orders.drained;
      if (active === (known !== undefined)) return orders;
      if (!active) return done("node-returned", name, { drained: others });
      return done("node-drained", name, { drained: { ...others, [nodeId]: { by, at } } });
    }
    default:
      return wanted satisfies never;
  }
}

/** Whether guests are held back at that time of day. */
export function isPaused({ guests }: Orders, now: number): boolean {
  return guests !== null && now < guests.until;
}

/** The orders without those for nodes that are no more. */
export function withoutGone(orders: Orders, nodeIds: ReadonlySet<string>): Orders {
  const drained = Object.entries(orders.drained).filter(([nodeId]) => nodeIds.has(nodeId));
  return { ...orders, drained: Object.fromEntries(drained) };
}
