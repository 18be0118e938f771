import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { readPrices, shippedPrices } from "../../src/config-prices.ts";
import { dayTeller, hasher } from "../../src/costs.ts";
import { CostBook } from "../../src/domain/cost-book.ts";
import type { Step } from "../../src/domain/steps.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLedger } from "../../src/engines/redis/ledger.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { openStore } from "../engines/redis.support.ts";
import { openProxy } from "../support/proxy.ts";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const read = readPrices(shippedPrices);
if ("faults" in read) throw new Error(read.faults.join());
const prices = read.table;
const dayOf = dayTeller("Asia/Shanghai");

function attempt(customerId = "li"): Step {
  const report = {
    ...({ model: "claude-sonnet-4-5", requestId: "req_1", usage: "told", firstTokenMs: 1, totalMs: 2 } as const),
    ...{ inputTokens: 1_000_000, outputTokens: 1_000_000, cacheReadTokens: null, cacheWriteTokens: null },
  } as const;
  const ref = { conversationId: "c", turnId: "t" };
  const account = { customerId, class: "member", tier: "high" } as const;
  return {
    kind: "attempt-ended",
    ref,
    epoch: 1,
    account,
    purpose: "answer",
    maxTokens: 1_024,
    end: { kind: "complete", stop: "end", report },
  };
}

async function openBook(stack: AsyncDisposableStack) {
  const redis = stack.use(await openRedis());
  const proxy = stack.use(await openProxy(redis.port));
  const { store } = stack.use(await openStore({ kind: "one", url: `redis://127.0.0.1:${proxy.port}` }));
  const link = new Link(store);
  const ledger = new RedisLedger(link, new Keys(randomUUID()));
  const lost: number[] = [];
  const faults: unknown[] = [];
  const book = new CostBook({
    ...{ ledger, prices, clock: systemClock, dayOf, hash: hasher("secret"), writer: "w" },
    lost: (records) => lost.push(records),
    onFault: (fault) => faults.push(fault),
  });
  const entered = async () => {
    // As a node's heart does: it finds out that Redis is back.
    await link.probe((reached) => reached.ping());
    return (await ledger.counts(dayOf(Date.now()))).reduce((sum, { attempts }) => sum + attempts, 0);
  };
  return { link, redis, proxy, ledger, book, lost, faults, entered };
}

test("U6 what comes while Redis is away is entered when it is back, once, and nobody waits for it", async () => {
  await using stack = new AsyncDisposableStack();
  const { link, proxy, book, ledger, lost, faults, entered } = await openBook(stack);
  book.step(attempt());
  await until("the first is entered", async () => (await entered()) === 1);
  await proxy.refuse();
  proxy.cut();
  const startedAt = performance.now();
  for (let at = 0; at < 1_200; at++) book.step(attempt());
  expect(performance.now() - startedAt).toBeLessThan(500);
  await until("it was tried in vain", () => link.outages > 0);
  await proxy.resume();
  await until("all are entered", async () => (await entered()) === 1_201);
  await book.close();
  expect((await ledger.records(null, 5_000)).records).toHaveLength(1_201);
  expect(await ledger.spentMicros(dayOf(Date.now()))).toBe(1_201 * 18_500_000);
  expect([lost, faults]).toEqual([[], []]);
});

test("U6 a batch whose acknowledgement is lost is not entered twice", async () => {
  await using stack = new AsyncDisposableStack();
  const { proxy, book, entered } = await openBook(stack);
  const swallowed = proxy.swallowReply(":{costs}:");
  book.step(attempt());
  await swallowed;
  await until("it is entered", async () => (await entered()) > 0);
  await book.close();
  expect(await entered()).toBe(1);
});

test("U6 N4 an outage that is too long costs single records, and no counts", async () => {
  await using stack = new AsyncDisposableStack();
  const { proxy, book, ledger, lost, entered } = await openBook(stack);
  await proxy.refuse();
  proxy.cut();
  for (let at = 0; at < 12_000; at++) book.step(attempt());
  await proxy.resume();
  await until("all are counted", async () => (await entered()) === 12_000);
  await book.close();
  expect(lost).toEqual([2_000]);
  expect((await ledger.records(null, 20_000)).records).toHaveLength(10_000);
});

test("U6 closing enters what is held, and gives up on a Redis that is away", async () => {
  await using stack = new AsyncDisposableStack();
  const { proxy, book, lost, entered } = await openBook(stack);
  book.step(attempt());
  await book.close();
  expect(await entered()).toBe(1);
  const other = await openBook(stack);
  await other.proxy.refuse();
  other.proxy.cut();
  other.book.step(attempt());
  await other.book.close();
  expect([lost, other.lost]).toEqual([[], [1]]);
  await proxy.resume();
});

test("X5 a customer is the same word each time, another for each customer and each secret", () => {
  const [hash, other] = [hasher("one"), hasher("two")];
  expect(hash("li")).toBe(hash("li"));
  expect(new Set([hash("li"), hash("wang"), other("li"), "li"]).size).toBe(4);
});

test("a day ends at midnight where the operator lives", () => {
  expect([dayTeller("UTC"), dayOf].map((tell) => tell(Date.parse("2026-11-10T16:00:00Z")))).toEqual([
    "2026-11-10",
    "2026-11-11",
  ]);
});

test.each(["Asia/Shanghai", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns"])(
  "a day of %s begins with its first minute, whichever moment was asked for before",
  (timeZone) => {
    const tell = dayTeller(timeZone);
    const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    const from = Date.parse("2026-03-28T00:00:00Z");
    for (let minute = 0; minute < 3 * 24 * 60; minute++) {
      const at = from + minute * 60_000;
      expect(tell(at)).toBe(format.format(at));
      expect(tell(at - 1)).toBe(format.format(at - 1));
    }
  },
);
