import { beforeEach, describe, expect, test } from "vitest";
import {
  Courier,
  leaseMs,
  longestAskedMs,
  mostAtOnce,
  mostRefusals,
  type Send,
  type Sent,
  waitsMs,
} from "../../src/domain/courier.ts";
import type { WebhookReport } from "../../src/domain/webhooks.ts";
import { MemoryWebhooks } from "../../src/engines/memory/webhooks.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const url = "https://shop.example/hooks";
const hourMs = 3_600_000;

/** Everything that was to be done at once has been done. */
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

let clock: VirtualClock;
let queue: MemoryWebhooks;
let reports: WebhookReport[];
/** What was sent, and when. */
let sent: { readonly webhookId: string; readonly at: number }[];
let endpoint: Send;

function open({ isShared = true } = {}): Courier {
  const courier = new Courier({
    url,
    queue,
    isShared,
    send: (to, delivery, signal) => {
      sent.push({ webhookId: delivery.webhookId, at: clock.now() });
      return endpoint(to, delivery, signal);
    },
    clock,
    random: () => 0.5,
    report: (event) => reports.push(event),
    onFault: (fault) => {
      throw fault;
    },
  });
  courier.wake();
  return courier;
}

beforeEach(() => {
  clock = new VirtualClock();
  queue = new MemoryWebhooks(clock);
  reports = [];
  sent = [];
  endpoint = async () => ({ kind: "delivered" });
});

const put = (...ids: readonly string[]) =>
  queue.put(
    url,
    ids.map((webhookId) => ({ webhookId, body: "{}" })),
  );

/** Lets time pass in steps that are short beside every wait. */
async function pass(ms: number, stepMs = 250): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    clock.advance(Math.min(stepMs, ms - passedMs));
    await settled();
  }
}

const answer =
  (given: Sent): Send =>
  () =>
    Promise.resolve(given);
const idsOf = () => sent.map(({ webhookId }) => webhookId);
const many = (count: number) => Array.from({ length: count }, (_, at) => `e${at}`);
const left = async () => (await queue.claim(url, 1_000, 0)).claims.length;

/** Never answers, until whoever sends leaves. */
const hung: Send = (_, __, signal) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "failed", why: "left" }));
  });

describe("delivering", () => {
  test("W1 what is put is delivered once, and found without being told of", async () => {
    open();
    await settled();
    await put("e1");
    await pass(1_000);
    await pass(hourMs, 60_000);
    expect(idsOf()).toEqual(["e1"]);
    expect(reports).toEqual([{ kind: "delivered", url, webhookId: "e1", attempt: 1 }]);
    expect(await left()).toBe(0);
  });

  test("W1 everything that waits is delivered, at most so many at the same time", async () => {
    let open_ = 0;
    let most = 0;
    endpoint = async () => {
      most = Math.max(most, ++open_);
      await settled();
      open_--;
      return { kind: "delivered" };
    };
    await put(...many(55));
    open();
    for (let i = 0; i < 30; i++) await settled();
    expect(idsOf().toSorted()).toEqual(many(55).toSorted());
    expect(most).toBe(mostAtOnce);
  });

  test("W1 a delivery is another courier's when its own has died with it", async () => {
    await put("e1");
    endpoint = hung;
    open();
    await settled();
    endpoint = async () => ({ kind: "delivered" });
    open();
    await pass(leaseMs - 1_000);
    expect(sent).toHaveLength(1);
    await pass(2_000);
    expect(idsOf()).toEqual(["e1", "e1"]);
    expect(reports).toEqual([{ kind: "delivered", url, webhookId: "e1", attempt: 2 }]);
  });
});

describe("an endpoint that fails", () => {
  test("it is tried again after ever longer, and after the last time given up", async () => {
    endpoint = answer({ kind: "failed", why: "status 503" });
    await put("e1");
    open();
    for (const ms of waitsMs) await pass(ms + 2_000, Math.max(250, ms / 50));
    const gapsMs = sent.slice(1).map(({ at }, before) => at - (sent[before]?.at ?? 0));
    expect(gapsMs).toHaveLength(waitsMs.length);
    for (const [at, ms] of waitsMs.entries()) {
      expect(gapsMs[at]).toBeGreaterThanOrEqual(ms);
      expect(gapsMs[at]).toBeLessThan(1.05 * ms + 2_000);
    }
    expect(waitsMs.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(12 * hourMs);
    expect(reports.at(-1)).toEqual({
      kind: "failed",
      url,
      webhookId: "e1",
      attempt: waitsMs.length + 1,
      why: "status 503",
      waitMs: null,
    });
    expect(await left()).toBe(0);
  });

  test("what it asks for is obeyed, within bounds, for everything that waits for it", async () => {
    endpoint = answer({ kind: "failed", why: "status 429", retryAfterMs: 60_000 });
    await put("e1");
    const courier = open();
    await settled();
    await put("e2");
    courier.wake();
    await pass(59_000);
    expect(idsOf()).toEqual(["e1"]);
    endpoint = answer({ kind: "failed", why: "status 429", retryAfterMs: 1_000 * hourMs });
    await pass(2_000);
    expect(sent).toHaveLength(2);
    endpoint = answer({ kind: "delivered" });
    await pass(longestAskedMs - 3_000, 60_000);
    expect(sent).toHaveLength(2);
    await pass(62_000, 1_000);
    expect(idsOf().slice(2).toSorted()).toEqual(["e1", "e2"]);
    expect(await left()).toBe(0);
  });

  test("it is spared: tried with one delivery at a time, ever less often, and with all when it is well", async () => {
    await put(...many(100));
    endpoint = answer({ kind: "failed", why: "ECONNREFUSED" });
    open();
    await pass(60_000);
    // All that were under way when it was noticed, then one after 1, 2, 4, 8, 16, 30 … seconds.
    expect(sent.length).toBeLessThan(mostAtOnce + 8);
    expect(sent.length).toBeGreaterThan(mostAtOnce);
    endpoint = answer({ kind: "delivered" });
    await pass(150_000);
    expect(new Set(idsOf()).size).toBe(100);
    expect(await left()).toBe(0);
  });

  test("a delivery that it refuses is tried a few times, and holds nothing up", async () => {
    endpoint = async (_, { webhookId }) =>
      webhookId === "bad" ? { kind: "refused", why: "status 400" } : { kind: "delivered" };
    await put("bad", ...many(30));
    open();
    for (let i = 0; i < 20; i++) await settled();
    expect(idsOf().filter((id) => id !== "bad")).toHaveLength(30);
    await pass(2 * hourMs, 10_000);
    expect(idsOf().filter((id) => id === "bad")).toHaveLength(mostRefusals);
    expect(reports.at(-1)).toMatchObject({ webhookId: "bad", waitMs: null });
  });

  test("one that is gone is told nothing more", async () => {
    endpoint = answer({ kind: "gone" });
    await put("e1");
    const courier = open();
    await settled();
    expect(courier.isGone).toBe(true);
    await put("e2");
    courier.wake();
    await pass(hourMs, 60_000);
    expect(idsOf()).toEqual(["e1"]);
    expect(reports).toEqual([{ kind: "gone", url }]);
  });
});

describe("closing", () => {
  test("N3 what is under way is finished, and what nobody else will deliver too", async () => {
    const courier = open({ isShared: false });
    await settled();
    await put(...many(40));
    await courier.close();
    expect(idsOf().toSorted()).toEqual(many(40).toSorted());
  });

  test("N3 what other nodes will deliver is left to them", async () => {
    const courier = open();
    await settled();
    await put("e1");
    await courier.close();
    await pass(60_000);
    expect(sent).toEqual([]);
    expect(await left()).toBe(1);
  });

  test("N3 what takes too long is given back at once", async () => {
    endpoint = hung;
    await put("e1");
    const courier = open();
    await settled();
    const closed = courier.close();
    await pass(5_000);
    await closed;
    expect(await left()).toBe(1);
    expect(reports).toEqual([]);
  });
});
