import { expect, test } from "vitest";
import { type Course, type Health, noVitals, type Sample, slotMs } from "../../src/domain/health.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

export type OpenHealth = (clock: VirtualClock) => Health;

const seen = (attempts: number, firstTexts: Sample["firstTexts"] = {}): Sample => ({
  vitals: { ...noVitals, attempts, late: 1, firstTextMs: 40 * attempts, expectedMs: 30 },
  firstTexts,
});

const courseAt = (slot: number): Course => ({
  slot,
  tier: "medium",
  changedAt: slot - 5,
  raisedAt: null,
  loweredAt: slot - 5,
  bad: 0,
  good: 3,
  quiet: 0,
  caution: 2,
  recent: [noVitals, { ...noVitals, attempts: 3 }],
  starting: 80,
  usual: { "claude-sonnet-4-5": { since: slot - 9, minute: 7, counts: { 60: 4 }, best: 500, bests: [510, 490] } },
});

/** What {@link Health} promises, whatever keeps it. */
export function healthSuite(open: OpenHealth): void {
  test("A9 what nodes have seen in a slot adds up", async () => {
    const clock = new VirtualClock();
    const health = open(clock);
    await health.tell(seen(3, { m: { 5: 2 } }));
    const { slot, course, seen: all } = await health.tell(seen(4, { m: { 5: 1, 7: 1 }, "x|y:z": { 1: 1 } }));
    expect([slot, course]).toEqual([Math.floor(clock.now() / slotMs), null]);
    const vitals = { ...noVitals, attempts: 7, late: 2, firstTextMs: 280, expectedMs: 60 };
    expect([...all]).toEqual([[slot, { vitals, firstTexts: { m: { 5: 3, 7: 1 }, "x|y:z": { 1: 1 } } }]]);
    expect((await health.tell(null)).seen).toEqual(all);
  });

  test("A9 each slot is told for itself until it is settled", async () => {
    const clock = new VirtualClock();
    const health = open(clock);
    const { slot } = await health.tell(seen(1));
    clock.advance(slotMs);
    await health.tell(seen(2));
    clock.advance(2 * slotMs);
    const told = await health.tell(seen(3));
    expect(told.slot).toBe(slot + 3);
    expect([...told.seen].map(([at, { vitals }]) => [at - slot, vitals.attempts]).sort()).toEqual([
      [0, 1],
      [1, 2],
      [3, 3],
    ]);
    expect(await health.settle(courseAt(slot + 1), null)).toBe(true);
    const left = await health.tell(null);
    expect(left.course).toEqual(courseAt(slot + 1));
    expect([...left.seen.keys()]).toEqual([slot + 3]);
  });

  test("A10 who is to be left alone is told to all, with the time that is left, and a shorter word changes nothing", async () => {
    const clock = new VirtualClock();
    const health = open(clock);
    await health.quiet("a model", 5_000);
    await health.quiet("a model", 1_000);
    await health.quiet("another", 500);
    clock.advance(400);
    expect([...(await health.tell(null)).quiet].sort()).toEqual([
      ["a model", 4_600],
      ["another", 100],
    ]);
    clock.advance(100);
    expect([...(await health.tell(null)).quiet]).toEqual([["a model", 4_500]]);
  });

  test("A9 of those who judge the same slots the first is heard", async () => {
    const health = open(new VirtualClock());
    const { slot } = await health.tell(null);
    expect(await health.settle(courseAt(slot - 1), null)).toBe(true);
    expect(await health.settle({ ...courseAt(slot - 1), tier: "degraded" }, null)).toBe(false);
    expect(await health.settle(courseAt(slot), slot - 1)).toBe(true);
    expect(await health.settle({ ...courseAt(slot), tier: "degraded" }, slot - 1)).toBe(false);
    expect((await health.tell(null)).course?.tier).toBe("medium");
  });
}
