import { expect, test } from "vitest";
import type { Claim, Delivery, WebhookQueue } from "../../src/domain/webhooks.ts";

const url = "https://shop.example/hooks";
const leaseMs = 60_000;

function delivery(webhookId: string, body = `{"type":"${webhookId}"}`): Delivery {
  return { webhookId, body };
}

const named = (...ids: readonly string[]) => ids.map((id) => delivery(id));
const idsOf = (claims: readonly Claim[]) => claims.map(({ webhookId }) => webhookId).toSorted();

/** What a {@link WebhookQueue} promises, whatever keeps it. `openQueue` gives one of its own that holds at most so many. */
export function webhooksSuite(openQueue: (most: number) => WebhookQueue): void {
  const open = async (...ids: readonly string[]) => {
    const queue = openQueue(100);
    await queue.put(url, named(...ids));
    return { queue, claim: (most = 10, ms = leaseMs) => queue.claim(url, most, ms) };
  };

  test("W1 what was put is given out once while its lease lasts, and never again when it is settled", async () => {
    const { queue, claim } = await open("e1", "e2");
    const { claims } = await claim();
    expect(claims.toSorted((a, b) => (a.webhookId < b.webhookId ? -1 : 1))).toEqual([
      { ...delivery("e1"), attempt: 1 },
      { ...delivery("e2"), attempt: 1 },
    ]);
    const meanwhile = await claim();
    expect(meanwhile.claims).toEqual([]);
    expect(meanwhile.dueMs).toBeGreaterThan(leaseMs / 2);
    for (const each of claims) await queue.settle(url, each);
    expect(await claim()).toEqual({ claims: [], dueMs: null });
  });

  test("W1 what was claimed and not settled is given out anew when its lease has ended", async () => {
    const { claim } = await open("e1");
    await claim(10, 0);
    expect((await claim()).claims).toEqual([{ ...delivery("e1"), attempt: 2 }]);
  });

  test("W1 of two who claim at the same time each is given what the other is not", async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `e${at}`);
    const { claim } = await open(...ids);
    const claimed = await Promise.all(Array.from({ length: 8 }, () => claim(5)));
    expect(idsOf(claimed.flatMap(({ claims }) => claims))).toEqual(ids.toSorted());
    expect(claimed.every(({ claims }) => claims.length <= 5)).toBe(true);
  });

  test("W1 what is put off is not due before then, and is told by when", async () => {
    const { queue, claim } = await open("e1");
    const [first] = (await claim()).claims;
    if (first === undefined) throw new Error("nothing was claimed");
    await queue.putOff(url, first, 5_000);
    const { claims, dueMs } = await claim();
    expect(claims).toEqual([]);
    expect(dueMs).toBeGreaterThan(4_000);
    expect(dueMs).toBeLessThanOrEqual(5_000);
  });

  test("W2 the same event put again is one delivery, while it waits, while it is claimed and when it is settled", async () => {
    const { queue, claim } = await open("e1");
    await queue.put(url, [delivery("e1", "other"), delivery("e1")]);
    const { claims } = await claim();
    expect(claims).toEqual([{ ...delivery("e1"), attempt: 1 }]);
    await queue.put(url, named("e1"));
    expect((await claim()).claims).toEqual([]);
    for (const each of claims) await queue.settle(url, each);
    await queue.put(url, named("e1"));
    expect(await claim()).toEqual({ claims: [], dueMs: null });
  });

  test("W3 beyond the most that may wait the oldest go, and it is told how many", async () => {
    const queue = openQueue(3);
    expect(await queue.put(url, named("e1", "e2"))).toBe(0);
    expect(await queue.put(url, named("e3", "e4", "e5"))).toBe(2);
    expect(idsOf((await queue.claim(url, 10, leaseMs)).claims)).toEqual(["e3", "e4", "e5"]);
  });

  test("W4 a claim that was given out anew can neither settle the delivery nor put it off", async () => {
    const { queue, claim } = await open("e1");
    const [late] = (await claim(10, 0)).claims;
    if (late === undefined) throw new Error("nothing was claimed");
    await claim(10, 0);
    await queue.putOff(url, late, leaseMs);
    await queue.settle(url, late);
    expect((await claim()).claims).toEqual([{ ...delivery("e1"), attempt: 3 }]);
  });

  test("W1 endpoints have nothing to do with each other", async () => {
    const { queue, claim } = await open("e1");
    const other = `${url}/other`;
    await queue.put(other, named("e1"));
    const [own] = (await claim()).claims;
    if (own) await queue.settle(url, own);
    expect(idsOf((await queue.claim(other, 10, leaseMs)).claims)).toEqual(["e1"]);
  });

  test("W1 bodies come back as they are, and nothing is nothing", async () => {
    const queue = openQueue(100);
    const body = '7|a|b "c" \\ \n 中文 🌊';
    expect(await queue.put(url, [])).toBe(0);
    await queue.put(url, [delivery("e1", body)]);
    expect((await queue.claim(url, 0, leaseMs)).claims).toEqual([]);
    expect((await queue.claim(url, 1, leaseMs)).claims).toEqual([{ ...delivery("e1", body), attempt: 1 }]);
  });
}
