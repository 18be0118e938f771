import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { freshId, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { generous, openTestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** Few may begin at once, and few a second. */
function narrow(config: Config): Config {
  const rate = { perSecond: 4, burst: 2 };
  const { admission } = generous(config);
  const line = { ...admission.line, acceptBelow: { vip: 9, member: 8, guest: 7 } };
  return {
    ...generous(config),
    admission: { ...admission, tiers: { ...admission.tiers, high: rate }, line },
  };
}

async function openCrowd(url: string, count: number): Promise<OpenCustomer[]> {
  return Promise.all(Array.from({ length: count }, () => openCustomer(url)));
}

/** The positions that a customer was told, in order. */
function positionsOf({ facts }: OpenCustomer): number[] {
  return facts.filter(({ name }) => name === "turn:queued").map(({ payload }) => payload.position);
}

const ask = (customer: OpenCustomer) => customer.ask("message:send", { messageId: freshId(), text: "hello" });

test("A2 A6: those who cannot begin at once are told a place that only falls, and are answered in the order of it", async () => {
  await using server = await openTestServer({ config: narrow });
  const crowd = await openCrowd(server.url, 8);
  const turns: string[] = [];
  for (const customer of crowd) turns.push((await ask(customer)).turnId ?? "");
  const starts = await Promise.all(
    crowd.map(async (customer, at) => {
      await customer.fact("turn:started", ({ turnId }) => turnId === turns[at]);
      return performance.now();
    }),
  );
  const told = crowd.map(positionsOf);
  expect(told.slice(0, 2)).toEqual([[], []]);
  // Some of them began while the others asked.
  expect(told.slice(2).every(([first]) => first === undefined || first >= 1)).toBe(true);
  expect(told.at(-1)?.[0]).toBeGreaterThan(2);
  for (const positions of told) expect(positions).toEqual(positions.toSorted((a, b) => b - a));
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  for (const [at, customer] of crowd.entries()) {
    const end = await customer.fact("turn:ended", ({ turnId }) => turnId === turns[at]);
    expect(end.outcome).toBe("completed");
  }
});

/** Nobody begins for now but the first two. */
const closed = (config: Config): Config => {
  const rate = { perSecond: 0.1, burst: 2 };
  const given = narrow(config);
  return { ...given, admission: { ...given.admission, tiers: { ...given.admission.tiers, high: rate } } };
};

test("A6 A7: a reload and a second tab show the place; who leaves the line moves the others up", async () => {
  await using server = await openTestServer({ config: closed });
  const crowd = await openCrowd(server.url, 5);
  const turns: string[] = [];
  for (const customer of crowd) turns.push((await ask(customer)).turnId ?? "");
  const [, , first, second, third] = crowd;
  if (!first || !second || !third) throw new Error("there are five");
  expect([first, second, third].map((each) => positionsOf(each).at(-1))).toEqual([1, 2, 3]);
  await using again = await openAgain(server.url, third);
  expect(again.opened.turn).toMatchObject({ turnId: turns[4], state: "queued", position: 3 });
  expect(again.opened.turn?.waitMs?.high).toBeGreaterThan(10_000);
  expect(await first.ask("turn:stop", { turnId: turns[2] ?? "" })).toEqual({ outcome: "stopped" });
  await until("the others move up", () => positionsOf(third).at(-1) === 2 && positionsOf(second).at(-1) === 1, 3_000);
  expect(positionsOf(again).at(-1)).toBe(2);
  const left = await first.fact("turn:ended", ({ turnId }) => turnId === turns[2]);
  expect(left).toMatchObject({ outcome: "stopped" });
});

test("A3: when too many wait, newcomers are told when to come back, and nothing of theirs is kept", async () => {
  await using server = await openTestServer({ config: closed });
  const crowd = await openCrowd(server.url, 11);
  const replies = [];
  for (const customer of crowd) {
    replies.push(await customer.send("message:send", { messageId: freshId(), text: "hello" }));
  }
  const refused = replies.map((reply) => (reply.ok ? null : reply.error.code));
  expect(refused).toEqual([...Array(9).fill(null), "shed", "shed"]);
  const last = replies.at(-1);
  if (last?.ok !== false) throw new Error("it was taken");
  expect(last.error).toMatchObject({ retryable: true });
  expect(last.error.retryAfterMs).toBeGreaterThanOrEqual(20_000);
  expect(last.error.retryAfterMs).toBeLessThanOrEqual(30_000);
  const turnedAway = crowd.at(-1);
  if (turnedAway === undefined) throw new Error("there are eleven");
  await using again = await openAgain(server.url, turnedAway);
  expect(again.opened).toMatchObject({ messages: [], turn: null });
});

test("A4: an answered question that is sent again repeats its result while others are turned away", async () => {
  await using server = await openTestServer({ config: closed });
  await using early = await openCustomer(server.url);
  const question = { messageId: freshId(), text: "hello" };
  const { turnId } = await early.ask("message:send", question);
  await early.fact("turn:ended", (end) => end.turnId === turnId);
  const crowd = await openCrowd(server.url, 8);
  for (const customer of crowd) await ask(customer);
  await using again = await openAgain(server.url, early);
  expect(await again.send("message:send", { messageId: freshId(), text: "?" })).toMatchObject({
    error: { code: "shed" },
  });
  expect(await again.send("message:send", question)).toEqual({ ok: true, result: { turnId } });
  const other = await again.send("message:send", { ...question, text: "another" });
  expect(other).toMatchObject({ error: { code: "message-conflict" } });
});

test("A4: who asks much has one place, and whoever asks behind a running answer waits from its end on", async () => {
  await using server = await openTestServer({ config: closed });
  const [busy, , waiting] = await openCrowd(server.url, 3);
  if (!busy || !waiting) throw new Error("there are three");
  const text = "[[sim: long chars=200; pace first=1 delta=50 chars=10]] first";
  const first = await busy.begin(text);
  const behind = await Promise.all(
    ["a", "b", "c"].map((each) => busy.ask("message:send", { messageId: freshId(), text: each })),
  );
  expect(new Set(behind.map(({ turnId }) => turnId)).size).toBe(1);
  expect(positionsOf(busy)).toEqual([]);
  const second = await openCustomer(server.url);
  await ask(second);
  await ask(waiting);
  expect(positionsOf(waiting)).toEqual([1]);
  await busy.fact("turn:ended", ({ turnId }) => turnId === first);
  const place = await busy.fact("turn:queued");
  expect(place).toMatchObject({ turnId: behind[0]?.turnId, position: 2 });
});

/** A second is long. */
const hasty = (config: Config): Config => {
  const given = closed(config);
  const line = { ...given.admission.line, awaySeconds: 1 };
  return { ...given, admission: { ...given.admission, line } };
};

test("A7: whoever is away for too long gives the place up, is told so on coming back, and whoever is back in time keeps it", async () => {
  await using server = await openTestServer({ config: hasty });
  const crowd = await openCrowd(server.url, 5);
  const turns: string[] = [];
  for (const customer of crowd) turns.push((await ask(customer)).turnId ?? "");
  const [, , gone, back, last] = crowd;
  if (!gone || !back || !last) throw new Error("there are five");
  gone.socket.disconnect();
  back.socket.disconnect();
  await new Promise((resolve) => setTimeout(resolve, 500));
  await using returned = await openAgain(server.url, back);
  expect(returned.opened.turn).toMatchObject({ turnId: turns[3], position: 2 });
  await last.fact("turn:queued", ({ position }) => position === 2);
  await using late = await openAgain(server.url, gone);
  expect(late.opened.turn).toBeNull();
  const error = { code: "place-given-up", retryable: true };
  expect(late.opened.messages.at(-1)).toMatchObject({ author: "assistant", turnId: turns[2], outcome: "shed", error });
  expect((await late.send("message:send", { messageId: freshId(), text: "again" })).ok).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(positionsOf(returned).at(-1)).toBe(1);
  expect(positionsOf(last).at(-1)).toBe(2);
});
