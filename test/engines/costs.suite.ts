import { expect, test } from "vitest";
import type { CostBatch, CostRecord, DayCounts, Ledger } from "../../src/domain/costs.ts";
import { countsOf } from "../../src/domain/costs.ts";

export const day = "2026-11-11";

export function recordOf(change: Partial<CostRecord> = {}): CostRecord {
  return {
    at: Date.parse(`${day}T12:00:00Z`),
    conversationId: "c",
    turnId: "t",
    epoch: 1,
    customer: "hash",
    class: "member",
    tier: "high",
    model: "claude-sonnet-4-5",
    purpose: "answer",
    outcome: "complete",
    isEstimated: false,
    inputTokens: 100,
    outputTokens: 20,
    cacheReadTokens: 7,
    cacheWriteTokens: 3,
    firstTokenMs: 400,
    totalMs: 1_200,
    requestId: "req_1",
    prices: "2026-11",
    ...change,
  };
}

export function batchOf(number: number, records: readonly CostRecord[], change: Partial<CostBatch> = {}): CostBatch {
  const counts: DayCounts[] = records.map((record) => {
    const { model, tier, class: name } = record;
    return { day, model, tier, class: name, ...countsOf(record) };
  });
  return { writer: "node", number, day, records, counts, spentMicros: 5 * records.length, ...change };
}

/** What every ledger promises. */
export function ledgerSuite(open: (most?: number) => Ledger): void {
  test("U6 counts of all batches add up for each day, model, tier and class", async () => {
    const ledger = open();
    const other = { model: "a|model|of: one's own", tier: "degraded", class: "guest", outcome: "aborted" } as const;
    await ledger.enter(batchOf(1, [recordOf(), recordOf({ outcome: "stall", isEstimated: true })]));
    await ledger.enter(batchOf(1, [recordOf(), recordOf(other)], { writer: "another" }));
    const counts = [...(await ledger.counts(day))].toSorted((a, b) => b.attempts - a.attempts);
    const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 7, cacheWriteTokens: 3 };
    expect(counts).toEqual([
      {
        ...{ day, model: "claude-sonnet-4-5", tier: "high", class: "member" },
        ...{ attempts: 3, aborted: 0, failed: 1, estimated: 1 },
        ...{ inputTokens: 300, outputTokens: 60, cacheReadTokens: 21, cacheWriteTokens: 9 },
      },
      {
        ...{ day, model: other.model, tier: other.tier, class: other.class },
        ...{ attempts: 1, aborted: 1, failed: 0, estimated: 0, ...usage },
      },
    ]);
    expect(await ledger.counts("2026-11-12")).toEqual([]);
  });

  test("U6 a batch is entered once, however often it is repeated", async () => {
    const ledger = open();
    expect(await ledger.enter(batchOf(1, [recordOf()]))).toBe(5);
    expect(await ledger.enter(batchOf(1, [recordOf()]))).toBe(5);
    expect(await ledger.enter(batchOf(2, [recordOf()]))).toBe(10);
    expect(await ledger.spentMicros(day)).toBe(10);
    expect(await ledger.spentMicros("2026-11-12")).toBe(0);
    expect((await ledger.counts(day))[0]?.attempts).toBe(2);
    expect((await ledger.records(null, 10)).records).toHaveLength(2);
  });

  test("U6 records are read in pages, oldest first, as they were written", async () => {
    const ledger = open();
    const all = Array.from({ length: 5 }, (_, at) => recordOf({ turnId: `t${at}`, firstTokenMs: null }));
    await ledger.enter(batchOf(1, all));
    const read: CostRecord[] = [];
    for (let from: string | null = null, isLast = false; !isLast; ) {
      const page = await ledger.records(from, 2);
      read.push(...page.records);
      [from, isLast] = [page.next, page.next === null];
    }
    expect(read).toEqual(all);
  });

  test("U6 the oldest records go when there are too many, and no count goes with them", async () => {
    const ledger = open(200);
    const records = Array.from({ length: 500 }, (_, at) => recordOf({ turnId: `t${at}` }));
    for (let number = 1; number <= 4; number++) await ledger.enter(batchOf(number, records));
    const { records: kept } = await ledger.records(null, 5_000);
    expect(kept.length).toBeGreaterThanOrEqual(200);
    // A stream is trimmed by whole blocks.
    expect(kept.length).toBeLessThan(500);
    expect(kept.at(-1)?.turnId).toBe("t499");
    expect((await ledger.counts(day))[0]?.attempts).toBe(2_000);
  });
}
