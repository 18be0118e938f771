import { beforeAll, expect, test } from "vitest";
import { type Comparison, runMixed } from "./mixed-run.ts";

const turns = 300;
let run: Comparison;

beforeAll(async () => {
  run = await runMixed(turns);
  console.log(JSON.stringify({ requests: run.requests, reported: run.reported, billed: run.billed }));
}, 120_000);

const kinds = ["input", "output", "cacheRead", "cacheWrite"] as const;

/** Those that were stopped at once: they may not have reached the simulator, and are reckoned all the same. */
const unseen = () => run.records.filter(({ outcome, requestId }) => outcome === "aborted" && requestId === "");

test.each(kinds)("U6 the report's %s tokens are the simulator's own, within one in a hundred", (kind) => {
  const reckoned = unseen().reduce((sum, record) => sum + Number(record[`${kind}Tokens`]), 0);
  const beyond = run.reported[kind] - run.billed[kind];
  expect(run.billed[kind]).toBeGreaterThan(1_000);
  expect(beyond).toBeGreaterThanOrEqual(-0.01 * run.billed[kind]);
  expect(beyond).toBeLessThanOrEqual(0.01 * run.billed[kind] + reckoned);
});

test("U6 every attempt is in the report: failed, stopped and repeated ones, and rounds of tools", () => {
  expect(run.records).toHaveLength(run.reported.attempts);
  expect(run.reported.attempts).toBeGreaterThanOrEqual(run.requests);
  expect(run.reported.attempts - run.requests).toBeLessThanOrEqual(unseen().length);
  expect(unseen().length).toBeLessThan(run.reported.aborted);
  expect(run.reported.aborted).toBeGreaterThan(2);
  expect(run.reported.failed).toBeGreaterThan(10);
  const purposes = new Set(run.records.map(({ purpose }) => purpose));
  expect([...purposes].toSorted()).toEqual(["answer", "continuation", "retry", "tools"]);
  const outcomes = new Set(run.records.map(({ outcome }) => outcome));
  for (const outcome of ["complete", "aborted", "cut", "stall", "overloaded"]) expect(outcomes).toContain(outcome);
});

test("U6 what was reckoned is marked, and nothing else is", () => {
  const of = (outcome: string) => run.records.filter((record) => record["outcome"] === outcome);
  for (const record of of("complete")) expect(record["isEstimated"]).toBe("false");
  for (const record of of("stall")) expect(record["isEstimated"]).toBe("true");
  for (const record of of("overloaded"))
    expect(Number(record["inputTokens"]) === 0).toBe(record["isEstimated"] === "false");
});

test("X5 U6 records name no customer and hold no text", () => {
  for (const { customer, class: name, requestId, model, tier } of run.records) {
    expect(customer).toMatch(/^[0-9a-f]{16}$/);
    expect([name, tier, model]).toEqual([
      "guest",
      expect.stringMatching(/^(high|medium|degraded)$/),
      expect.stringMatching(/^claude-/),
    ]);
    expect(requestId === "" || /^req_sim/.test(requestId ?? "")).toBe(true);
  }
  expect(JSON.stringify(run.records)).not.toMatch(/潮汐|coupons|订单/);
});
