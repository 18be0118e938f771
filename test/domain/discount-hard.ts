import type { Cart, CartLine } from "../../src/domain/cart.ts";
import type { Promotion, Scope } from "../../src/domain/promotion.ts";

/** Sets made to be hard for a search: what each family asks of it is its name. */
export interface HardSet {
  readonly cart: Cart;
  readonly promotions: readonly Promotion[];
}

type Part = Promotion extends infer P ? (P extends Promotion ? Omit<P, "id" | "name"> : never) : never;
type Stage = "shop" | "coupon";

const all: Scope = { kind: "all" };

/** Random numbers by their seed (mulberry32), so that a set which was hard once can be had again. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Whole, both ends within. */
  int(least: number, most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return least + Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (most - least + 1));
  }

  some<T>(items: readonly T[]): T[] {
    const picked = items.filter(() => this.int(0, 2) === 0);
    return picked.length > 0 ? picked : items.slice(0, 1);
  }
}

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

function cartOf(dice: Dice, lines = dice.int(1, 12)): Cart {
  return {
    lines: times(lines, (at) => ({
      sku: `s${at}`,
      unitCents: dice.int(20_000, 99_999),
      quantity: dice.int(1, 3),
      categories: [`c${at % 3}`],
    })),
    shippingCents: dice.int(0, 3) * 997,
  };
}

const worthOf = ({ lines }: Cart) => lines.reduce((sum, { unitCents, quantity }) => sum + unitCents * quantity, 0);

const amount = (stage: Stage, offCents: number, fromCents = 1, scope: Scope = all): Part => ({
  stage,
  offer: { kind: "amount-off", scope, fromCents, offCents },
});

const percentage = (stage: Stage, percent: number, capCents?: number, scope: Scope = all, fromCents = 0): Part => ({
  stage,
  offer: { kind: "percent-off", scope, fromCents, percent, capCents },
});

const freeDelivery = (fromCents: number): Part => ({
  stage: "shipping",
  offer: { kind: "shipping-off", scope: all, fromCents },
});

/** Odd amounts that together are about half of what the goods are worth. */
const oddAmounts = (dice: Dice, count: number, worth: number) =>
  times(count, () => dice.int(Math.floor(worth / count / 4), Math.floor(worth / count)));

/** A coupon that is lost when the rest takes off more than a random part of `sum`. */
const lostCoupon = (dice: Dice, worth: number, sum: number): Part =>
  amount("coupon", Math.ceil(worth / 3), Math.max(1, worth - Math.floor((sum * dice.int(20, 80)) / 100)));

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

function onSkus(dice: Dice, lines: readonly CartLine[]): Scope {
  return { kind: "skus", skus: dice.some(lines.map(({ sku }) => sku)) };
}

const onCategory = (dice: Dice): Scope => ({ kind: "categories", categories: [`c${dice.int(0, 2)}`] });

type Family = (dice: Dice, cart: Cart, worth: number) => Part[];

/** Twenty rules each. */
const families: Readonly<Record<string, Family>> = {
  "odd amounts under a threshold": (dice, _, worth) => {
    const offs = oddAmounts(dice, 19, worth);
    return [...offs.map((cents) => amount("shop", cents)), lostCoupon(dice, worth, sumOf(offs))];
  },

  "percentages under a threshold": (dice, _, worth) => {
    const percents = times(19, () => dice.int(1, 4));
    const parts = percents.map((percent) => percentage("shop", percent, dice.int(0, 1) ? worth >> 6 : undefined));
    return [...parts, lostCoupon(dice, worth, (worth * sumOf(percents)) / 100)];
  },

  "groups under a threshold": (dice, _, worth) => {
    const offs = oddAmounts(dice, 19, worth);
    const groupOf = () => (dice.int(0, 2) ? { groups: [`g${dice.int(0, 9)}`] } : {});
    return [...offs.map((cents) => ({ ...amount("shop", cents), ...groupOf() })), lostCoupon(dice, worth, sumOf(offs))];
  },

  "a ladder of thresholds": (dice, _, worth) => {
    const offs = oddAmounts(dice, 14, worth);
    const ladder = times(5, () => amount("coupon", dice.int(worth >> 6, worth >> 3), dice.int(worth >> 2, worth)));
    return [...offs.map((cents) => amount("shop", cents)), ...ladder, freeDelivery(dice.int(worth >> 2, worth))];
  },

  "percentages of what is left": (dice, _, worth) => {
    const offs = oddAmounts(dice, 16, worth);
    const coupons = times(3, () =>
      percentage("coupon", dice.int(5, 30), dice.int(0, 1) ? worth >> 4 : undefined, all, dice.int(worth >> 2, worth)),
    );
    return [...offs.map((cents) => amount("shop", cents)), ...coupons, freeDelivery(dice.int(worth >> 2, worth))];
  },

  "rules of single products": (dice, { lines }, worth) => {
    const offs = oddAmounts(dice, 16, worth >> 1);
    const coupons = times(4, () => amount("coupon", dice.int(worth >> 5, worth >> 3), worth >> 3, onCategory(dice)));
    return [...offs.map((cents) => amount("shop", cents, 1, onSkus(dice, lines))), ...coupons];
  },

  "categories with a coupon each": (dice, _, worth) => {
    const offs = oddAmounts(dice, 17, worth >> 1);
    const shop = offs.map((cents, at) => amount("shop", cents, 1, { kind: "categories", categories: [`c${at % 3}`] }));
    const coupons = times(3, (at) =>
      amount("coupon", worth >> 3, dice.int(worth >> 4, worth >> 2), { kind: "categories", categories: [`c${at}`] }),
    );
    return [...shop, ...coupons];
  },

  "equal amounts": (dice, _, worth) => {
    const values = oddAmounts(dice, 3, worth / 6);
    const offs = times(19, () => values[dice.int(0, 2)] ?? 1);
    return [...offs.map((cents) => amount("shop", cents)), lostCoupon(dice, worth, sumOf(offs))];
  },

  "equal amounts in groups": (dice, _, worth) => {
    const value = dice.int(worth >> 7, worth >> 5);
    const groupOf = () => (dice.int(0, 1) ? { groups: [`g${dice.int(0, 3)}`] } : {});
    const offs = times(19, () => value * dice.int(1, 3));
    return [...offs.map((cents) => ({ ...amount("shop", cents), ...groupOf() })), lostCoupon(dice, worth, sumOf(offs))];
  },

  "great percentages of what is left": (dice, _, worth) => {
    const offs = oddAmounts(dice, 14, worth >> 3);
    const coupons = times(6, () => percentage("coupon", dice.int(5, 40), undefined, all, dice.int(worth >> 1, worth)));
    return [...offs.map((cents) => amount("shop", cents)), ...coupons];
  },

  "more off than there is": (dice, { lines }, worth) => {
    const offs = oddAmounts(dice, 16, worth * 2);
    const scopeOf = () => (dice.int(0, 1) ? onSkus(dice, lines) : all);
    const shop = offs.map((cents) => amount("shop", cents, dice.int(1, worth), scopeOf()));
    return [...shop, ...times(3, () => lostCoupon(dice, worth, worth)), freeDelivery(worth >> 2)];
  },

  "two stages that stack": (dice, _, worth) => {
    const shop = oddAmounts(dice, 10, worth >> 1).map((cents) => amount("shop", cents));
    const coupons = oddAmounts(dice, 9, worth >> 1).map((cents) => amount("coupon", cents, dice.int(1, worth)));
    return [...shop, ...coupons, freeDelivery(dice.int(1, worth))];
  },

  "so much for every so much": (dice, _, worth) => {
    const shop = times(12, () => amount("shop", dice.int(worth >> 8, worth >> 5)));
    const each = times(8, (at): Part => {
      const fromCents = dice.int(worth >> 5, worth >> 2);
      const offer = { kind: "amount-off", scope: all, fromCents, offCents: fromCents >> 3, each: true } as const;
      return at < 4 ? { stage: "shop", offer } : { stage: "coupon", offer: { ...offer, timesPerOrder: 5 } };
    });
    return [...shop, ...each];
  },

  "prices of a unit under a threshold": (dice, { lines }, worth) => {
    const prices = lines.map(({ sku, unitCents }) => ({ [sku]: unitCents - dice.int(1_000, 9_999) }));
    const units = prices
      .slice(0, 19)
      .map((price): Part => ({ stage: "item", offer: { kind: "unit-price", prices: price } }));
    return [...units, ...times(20 - units.length, () => lostCoupon(dice, worth, worth >> 2))];
  },

  "overlapping prices of a unit": (dice, { lines }, worth) => {
    const units = times(17, (): Part => {
      return { stage: "item", offer: { kind: "unit-percent", scope: onSkus(dice, lines), percent: dice.int(1, 30) } };
    });
    return [...units, ...times(3, () => lostCoupon(dice, worth, worth >> 2))];
  },

  "bundles that share products": (dice, { lines }, worth) => {
    const bundles = times(17, (): Part => {
      const parts = dice.some(lines).slice(0, 3);
      const priceCents = Math.floor((sumOf(parts.map(({ unitCents }) => unitCents)) * dice.int(70, 95)) / 100);
      return {
        stage: "item",
        offer: { kind: "bundle", parts: parts.map(({ sku }) => ({ sku, quantity: 1 })), priceCents },
      };
    });
    return [...bundles, ...times(3, () => lostCoupon(dice, worth, worth >> 2))];
  },

  "bundles of single products": (dice, { lines }, worth) => {
    const bundles = lines.slice(0, 19).map(({ sku, unitCents }): Part => {
      const priceCents = unitCents - dice.int(1_000, 9_999);
      return { stage: "item", offer: { kind: "bundle", parts: [{ sku, quantity: 1 }], priceCents } };
    });
    return [...bundles, ...times(20 - bundles.length, () => lostCoupon(dice, worth, worth >> 2))];
  },

  "three stages that stack": (dice, { lines }, worth) => {
    const units = times(6, (): Part => {
      return { stage: "item", offer: { kind: "unit-percent", scope: onSkus(dice, lines), percent: dice.int(1, 9) } };
    });
    const shop = oddAmounts(dice, 7, worth >> 1).map((cents) => amount("shop", cents, dice.int(worth >> 1, worth)));
    const coupons = oddAmounts(dice, 5, worth >> 1).map((cents) => amount("coupon", cents, dice.int(1, worth)));
    return [...units, ...shop, ...coupons, ...times(2, () => freeDelivery(dice.int(1, worth)))];
  },

  "coupons of scopes that overlap": (dice, { lines }, worth) => {
    const shop = oddAmounts(dice, 13, worth >> 1).map((cents) =>
      amount("shop", cents, 1, [all, onSkus(dice, lines), onCategory(dice)][dice.int(0, 2)]),
    );
    const coupons = times(6, (at) => {
      const scope = [all, onSkus(dice, lines), onCategory(dice)][at % 3];
      return amount("coupon", dice.int(worth >> 5, worth >> 3), dice.int(worth >> 4, worth >> 1), scope);
    });
    return [...shop, ...coupons, freeDelivery(dice.int(1, worth))];
  },

  "everything at once": (dice, { lines }, worth) => {
    const scopeOf = () => [all, onSkus(dice, lines), onCategory(dice)][dice.int(0, 2)] ?? all;
    const makers: (() => Part)[] = [
      () => amount("shop", dice.int(worth >> 8, worth >> 4), dice.int(1, worth), scopeOf()),
      () => amount("coupon", dice.int(worth >> 8, worth >> 4), dice.int(1, worth), scopeOf()),
      () => percentage("shop", dice.int(1, 9), dice.int(0, 1) ? worth >> 5 : undefined, scopeOf()),
      () => percentage("coupon", dice.int(1, 9), undefined, scopeOf(), dice.int(1, worth)),
      () => ({ stage: "item", offer: { kind: "unit-percent", scope: scopeOf(), percent: dice.int(1, 9) } }),
      () => ({
        stage: "item",
        offer: { kind: "buy-get", scope: scopeOf(), across: "sku", buy: 1, get: 1, percent: dice.int(10, 50) },
      }),
    ];
    const groupOf = () => (dice.int(0, 3) === 0 ? { groups: [`g${dice.int(0, 3)}`] } : {});
    const rest = times(
      19,
      () => ({ ...(makers[dice.int(0, makers.length - 1)] ?? makers[0])?.(), ...groupOf() }) as Part,
    );
    return [...rest, freeDelivery(dice.int(1, worth))];
  },
};

export const hardFamilies = Object.keys(families);

const wide = ["prices of a unit under a threshold", "bundles of single products"];

/** The `seed`th set of a family: `count` of its rules, from all over it, the last of them always among them. */
export function hardSet(family: string, seed: number, count = 20): HardSet {
  const dice = new Dice(seed * 7_919 + hardFamilies.indexOf(family));
  const cart = cartOf(dice, wide.includes(family) ? dice.int(10, 19) : undefined);
  const parts = families[family]?.(dice, cart, worthOf(cart)) ?? [];
  const upTo = (at: number) => Math.floor((at * count) / parts.length);
  const kept = parts.filter((_, at) => upTo(at + 1) > upTo(at));
  return { cart, promotions: kept.map((part, at) => ({ ...part, id: `p${at}`, name: { en: `Promotion ${at}` } })) };
}
