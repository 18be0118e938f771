import fc from "fast-check";
import { expect, test } from "vitest";
import { maxCents, percentOf, sharesOf, sumOf } from "../../src/domain/cents.ts";

const amount = fc.oneof(
  fc.integer({ min: 0, max: 1_000 }),
  fc.maxSafeNat().map((n) => n % (maxCents / 10)),
);

test("a percentage is rounded half up, exactly, up to the largest amount", () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 100 }), (cents, percent) => {
      expect(BigInt(percentOf(cents, percent))).toBe((BigInt(cents) * BigInt(percent) + 50n) / 100n);
    }),
  );
});

test("shares are what is due up to each, rounded down, exactly; none is above its weight, and nothing is lost", () => {
  const weights = fc.array(amount, { minLength: 1, maxLength: 8 }).filter((list) => sumOf(list) > 0);
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (list, part) => {
      const cents = Math.floor(sumOf(list) * part);
      const shares = sharesOf(cents, list);
      const due = (count: number) => (BigInt(cents) * BigInt(sumOf(list.slice(0, count)))) / BigInt(sumOf(list));
      expect(shares.map(BigInt)).toEqual(list.map((_, at) => due(at + 1) - due(at)));
      expect(sumOf(shares)).toBe(cents);
      expect(shares.every((share, at) => share >= 0 && share <= (list[at] ?? 0))).toBe(true);
    }),
  );
});
