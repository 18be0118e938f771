import { describe, expect, test } from "vitest";
import { customerError, defaultRecovery, type Progress, RetryBudget, recover } from "../../src/domain/recovery.ts";
import type { FailureReason } from "../../src/domain/relay.ts";

const fresh: Progress = { tries: 1, continuations: 0, hasText: false, hasNextModel: true, elapsedMs: 0 };

function decide(reason: FailureReason, progress: Partial<Progress> = {}, retryAfterMs?: number, chance = 0) {
  return recover({ reason, detail: "", retryAfterMs }, { ...fresh, ...progress }, defaultRecovery, () => chance);
}

describe("U4 before the first text", () => {
  test("waits grow: 1 s, then 2 s, jittered by at most a fifth", () => {
    expect(decide("overloaded")).toEqual({ kind: "retry", waitMs: 1_000 });
    expect(decide("overloaded", { tries: 2 })).toEqual({ kind: "retry", waitMs: 2_000 });
    expect(decide("overloaded", { tries: 2 }, undefined, 0.999)).toEqual({
      kind: "retry",
      waitMs: expect.closeTo(2_400, -1),
    });
  });

  test("after three tries the next model of the chain is asked, and without one it ends", () => {
    expect(decide("overloaded", { tries: 3 })).toEqual({ kind: "next-model" });
    expect(decide("overloaded", { tries: 3, hasNextModel: false })).toEqual({ kind: "give-up" });
  });

  test("a longer retry-after is obeyed, a shorter one does not shorten the wait", () => {
    expect(decide("rate-limit", {}, 7_000)).toEqual({ kind: "retry", waitMs: 7_000 });
    expect(decide("rate-limit", {}, 10)).toEqual({ kind: "retry", waitMs: 1_000 });
  });

  test("a retry-after beyond the deadline is not waited for", () => {
    expect(decide("rate-limit", {}, 40_000)).toEqual({ kind: "next-model" });
    expect(decide("rate-limit", { elapsedMs: 29_500 })).toEqual({ kind: "next-model" });
    expect(decide("rate-limit", { hasNextModel: false }, Number.POSITIVE_INFINITY)).toEqual({ kind: "give-up" });
  });

  test("an unknown model is not asked twice", () => {
    expect(decide("unknown-model")).toEqual({ kind: "next-model" });
  });

  test("an answer without a word is asked for once more, and of no other model", () => {
    expect(decide("empty")).toMatchObject({ kind: "retry" });
    expect(decide("empty", { tries: 2 })).toEqual({ kind: "give-up" });
  });

  test.each(["declined", "bad-key", "bad-request", "spend-limit"] as const)(
    "%s needs a person: nothing is tried again",
    (reason) => {
      expect(decide(reason)).toEqual({ kind: "give-up" });
      expect(decide(reason, { hasText: true })).toEqual({ kind: "give-up" });
    },
  );
});

describe("U4 after the first text", () => {
  test("a broken answer is taken up at once, then after a wait, then no more", () => {
    expect(decide("cut", { hasText: true })).toEqual({ kind: "continue", waitMs: 0 });
    expect(decide("stall", { hasText: true, continuations: 1 })).toEqual({ kind: "continue", waitMs: 1_000 });
    expect(decide("cut", { hasText: true, continuations: 2 })).toEqual({ kind: "give-up" });
  });

  test("a customer in the middle of reading is not kept waiting for longer than ten seconds", () => {
    expect(decide("rate-limit", { hasText: true }, 9_000)).toEqual({ kind: "continue", waitMs: 9_000 });
    expect(decide("rate-limit", { hasText: true }, 86_400_000)).toEqual({ kind: "give-up" });
  });

  test("an answer that took too long is not made longer", () => {
    expect(decide("too-long", { hasText: true })).toEqual({ kind: "give-up" });
  });
});

test("U4 repeats stay within a tenth of the turns, beyond the reserve of a quiet server", () => {
  const budget = new RetryBudget(0.1, 5);
  let repeats = 0;
  for (let turn = 0; turn < 1_000; turn++) {
    budget.earn();
    while (budget.spend()) repeats++;
  }
  expect(repeats).toBeGreaterThan(95);
  expect(repeats).toBeLessThanOrEqual(105);
});

test("the customer is told what can be told: busy, slow, away, broken off", () => {
  expect(customerError({ reason: "rate-limit", detail: "" }, false)).toBe("assistant-busy");
  expect(customerError({ reason: "slow-start", detail: "" }, false)).toBe("assistant-slow");
  expect(customerError({ reason: "bad-key", detail: "" }, false)).toBe("assistant-unavailable");
  expect(customerError({ reason: "overloaded", detail: "" }, true)).toBe("assistant-cut");
});
