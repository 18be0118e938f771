import fc from "fast-check";
import { expect, test } from "vitest";
import { percentOf, sumOf } from "../../src/domain/cents.ts";
import { ceilingOf } from "../../src/domain/discount-ceiling.ts";
import { Later } from "../../src/domain/discount-later.ts";
import { fewestAt, PhaseSums, placeUpTo } from "../../src/domain/discount-sums.ts";

const small = fc.integer({ min: 1, max: 4 });

/** Amounts that often make the same sum, some of which exclude each other. */
const phase = fc
  .array(fc.record({ cents: small, groups: fc.subarray(["g1", "g2"]) }), { minLength: 2, maxLength: 7 })
  .map((rules) =>
    rules.map(({ cents, groups }, at) => ({
      cents,
      excludes: rules.flatMap((other, place) =>
        place !== at && other.groups.some((group) => groups.includes(group)) ? [place] : [],
      ),
    })),
  );

const setsOf = (places: readonly number[]) =>
  places.reduce<number[][]>((sets, place) => sets.flatMap((set) => [set, [...set, place]]), [[]]);

test("the sums of a phase are those of all its legal sets, beside whatever was chosen before, and know the smallest", () => {
  fc.assert(
    fc.property(phase, (rules) => {
      const end = rules.length;
      const sums = new PhaseSums(rules.map(({ excludes }) => ({ excludes, end })));
      sums.renew(0, (at) => rules[at]?.cents ?? 0);
      const from = sums.from(1) ?? { cents: new Float64Array(), sets: new Uint32Array() };
      const places = rules.map((_, at) => at).slice(1);
      const legal = setsOf(places).filter((set) => !set.some((at) => set.some((b) => rules[at]?.excludes.includes(b))));
      const free = (set: readonly number[]) => !set.some((at) => rules[0]?.excludes.includes(at));
      const sum = (set: readonly number[]) => sumOf(set.map((at) => rules[at]?.cents ?? 0));
      const placesOf = (bits: number) => places.filter((at) => (bits & (1 << (end - 1 - at))) !== 0);
      const known = [...from.sets].map(placesOf);
      expect(known.map(sum)).toEqual([...from.cents]);
      for (const some of [legal, legal.filter(free)]) {
        const wanted = some === legal ? known : known.filter(free);
        expect(new Set(wanted.map(sum))).toEqual(new Set(some.map(sum)));
      }
      for (const cents of from.cents) {
        const fewest = Math.min(...legal.filter((set) => sum(set) === cents).map((set) => set.length));
        expect(fewestAt(from, placeUpTo(from, cents))).toBe(fewest);
      }
    }),
  );
});

test("what later phases may leave is never bounded too high, however their percentages are rounded", () => {
  const percents = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      percents,
      fc.integer({ min: 20, max: 2_000 }),
      fc.array(small, { maxLength: 7 }),
      (list, goods, offs) => {
        const lines = [{ sku: "a", unitCents: goods, quantity: 1 }];
        const ceilings = list.map((percent) =>
          ceilingOf({ kind: "percent-off", scope: { kind: "all" }, fromCents: 0, percent }, lines, [goods, 0]),
        );
        const later = new Later(
          ceilings.map((ceiling, at) => ({ at, clique: at, ceiling, isFee: false })),
          0,
        );
        const phaseSums = new PhaseSums(offs.map(() => ({ excludes: [], end: offs.length })));
        phaseSums.renew(0, (at) => offs[at] ?? 0);
        const leaving = { cents: [goods, 0], totalCents: goods, excluded: list.map(() => 0) };
        const wholly = sumOf(offs);
        // Nobody takes off more than there is.
        const mostCents = Math.min(wholly, goods);
        const sums = offs.length === 0 ? null : phaseSums.from(0);
        const reach = { mostCents, sums, lostCents: wholly - mostCents };
        const left = setsOf(offs).map((set) => Math.max(0, goods - sumOf(set)));
        const least = Math.min(
          ...left.map((cents) => Math.max(0, cents - sumOf(list.map((percent) => percentOf(cents, percent))))),
        );
        expect(later.least(leaving, reach).cents).toBeLessThanOrEqual(least);
      },
    ),
    { numRuns: 2_000 },
  );
});
