import { expect, test } from "vitest";
import { guestOf, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";
import { asking, openService } from "./service.support.ts";
import { readStored } from "./stored.support.ts";

/** Ten may begin a second, two at once. */
const env = { TIDEGATE_CONFIG: "test/cluster/narrow.json" };
const hasBegun = new Set(["turn:started", "turn:ended"]);
const brief = asking({ chars: 60, deltaMs: 10, deltaChars: 20 });

interface Asker {
  readonly customer: OpenCustomer;
  readonly turnId: string;
}

/** Customers who ask one after the other, at the nodes in turn. */
async function askAll(urls: readonly string[], count: number): Promise<Asker[]> {
  const all = await Promise.all(Array.from({ length: count }, (_, at) => openCustomer(urls[at % urls.length] ?? "")));
  const askers: Asker[] = [];
  for (const customer of all) {
    const { turnId } = await customer.ask("message:send", { messageId: `m${askers.length}`, text: brief });
    askers.push({ customer, turnId: turnId ?? "" });
  }
  return askers;
}

function positionsOf({ facts }: OpenCustomer): number[] {
  return facts.filter(({ name }) => name === "turn:queued").map(({ payload }) => payload.position);
}

const startOf = async ({ customer, turnId }: Asker) => {
  await customer.fact("turn:started", (started) => started.turnId === turnId);
  return performance.now();
};

/** Of an answer that was begun while nobody knew who looks, its end is told alone. */
const startOrEndOf = (asker: Asker) => Promise.race([startOf(asker), endOf(asker)]);

const endOf = async ({ customer, turnId }: Asker) => {
  await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
  return performance.now();
};

/** How many nodes have customers in the line that Redis knows. */
async function nodesInLine(redis: RedisProcess): Promise<number> {
  return Number(await redis.command("EVAL", countNodes, "1", "tidegate:{line}:2:entries"));
}

const countNodes = `
local nodes, count = {}, 0
for _, packed in ipairs(redis.call('HVALS', KEYS[1])) do
  local _, _, place, _, node = cmsgpack.unpack(packed)
  if place ~= 'granted' and not nodes[node] then nodes[node], count = true, count + 1 end
end
return count`;

test("A1 A2 A6: customers at two nodes stand in one line, are told places that only fall, and are answered in its order", {
  timeout: 40_000,
}, async () => {
  await using service = await openService({ nodes: 2, env });
  const from = performance.now();
  const askers = await askAll(service.urls, 40);
  const last = askers.at(-1);
  if (last === undefined) throw new Error("nobody asked");
  await using elsewhere = await openAgain(service.urls[0] ?? "", last.customer);
  const { turn } = elsewhere.opened;
  expect(turn).toMatchObject({ turnId: last.turnId, state: "queued" });
  expect(turn?.position).toBeGreaterThan(10);
  expect(turn?.position).toBeLessThanOrEqual(positionsOf(last.customer)[0] ?? 0);
  const starts = await Promise.all(askers.map(startOf));
  // Two at once and ten a second: the last of forty cannot begin sooner.
  expect(Math.max(...starts) - from).toBeGreaterThan(3_700);
  expect(Math.max(...starts) - from).toBeLessThan(8_000);
  // Grants of one round reach two nodes a moment apart.
  for (let at = 4; at < starts.length; at++) expect(starts[at]).toBeGreaterThan(starts[at - 4] ?? 0);
  for (const { customer } of askers) {
    const positions = positionsOf(customer);
    expect(positions).toEqual(positions.toSorted((a, b) => b - a));
  }
  expect(new Set(positionsOf(last.customer)).size).toBeGreaterThan(2);
  await until("the second tab sees it end", () => elsewhere.facts.some(({ name }) => name === "turn:ended"));
  const told = positionsOf(elsewhere);
  expect(told).toEqual(told.toSorted((a, b) => b - a));
  expect(service.faults).toEqual([]);
});

test("A8: a node that is killed while its customers stand in line loses none of them", {
  timeout: 60_000,
}, async () => {
  await using service = await openService({ nodes: 2, env });
  const [dying, refuge = ""] = service.urls;
  const askers = await askAll([dying ?? ""], 30);
  await service.nodes[0]?.kill();
  for (const { customer, turnId } of askers) {
    const ended = async () => (await readStored(refuge, guestOf(customer.opened), turnId)).turn.state === "ended";
    await until("a question is answered", ended, 20_000);
    const { answers } = await readStored(refuge, guestOf(customer.opened), turnId);
    expect(answers).toMatchObject([{ turnId, outcome: "completed" }]);
  }
});

test("A7: whoever leaves one node for another is not away, and who has left both gives the place up", {
  timeout: 60_000,
}, async () => {
  await using service = await openService({ nodes: 2, env: { TIDEGATE_CONFIG: "test/cluster/shut.json" } });
  const [one = "", two = ""] = service.urls;
  const [, , second] = await askAll([one], 3);
  if (second === undefined) throw new Error("three asked");
  await second.customer.fact("turn:queued");
  second.customer.socket.disconnect();
  const moved = await openAgain(two, second.customer);
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  expect(moved.opened.turn).toMatchObject({ turnId: second.turnId, state: "queued" });
  expect(moved.facts.filter(({ name }) => name === "turn:ended")).toEqual([]);
  moved.socket.disconnect();
  // Whoever looked at it meanwhile would be there.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const { answers } = await readStored(one, guestOf(second.customer.opened), second.turnId);
  expect(answers).toMatchObject([{ outcome: "shed", error: { code: "place-given-up" } }]);
  expect(service.faults).toEqual([]);
});

test("A10: one refusal at one node holds the starts of the other back within a tenth of a second", {
  timeout: 60_000,
}, async () => {
  await using service = await openService({ nodes: 2 });
  const [one = "", two = ""] = service.urls;
  const [refused, other] = await Promise.all([openCustomer(one), openCustomer(two)]);
  // Both have asked before: nothing is warmed up by the refusal.
  await Promise.all([refused.answerTo(brief), other.answerTo(brief)]);
  const pause = "[[sim: rate-limit retryAfter=2]] hello";
  const { turnId } = await refused.ask("message:send", { messageId: "r", text: pause });
  await refused.fact("turn:started", (started) => started.turnId === turnId);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const from = performance.now();
  const { turnId: later } = await other.ask("message:send", { messageId: "o", text: brief });
  await other.fact("turn:queued", (queued) => queued.turnId === later);
  await other.fact("turn:started", (started) => started.turnId === later);
  expect(performance.now() - from).toBeGreaterThan(1_500);
  const ends = [
    refused.fact("turn:ended", (end) => end.turnId === turnId),
    other.fact("turn:ended", (end) => end.turnId === later),
  ];
  for (const { outcome } of await Promise.all(ends)) expect(outcome).toBe("completed");
  expect(service.faults).toEqual([]);
});

test("A6 A12 N4: Redis is emptied, and newcomers are told of those who waited before them", async () => {
  await using redis = await openRedis();
  await using service = await openService({ redis, nodes: 2, env });
  const askers = await askAll(service.urls, 60);
  await redis.command("FLUSHALL");
  // Both nodes have held a round, and brought those who wait with them back.
  await until("both nodes have found out", async () => (await nodesInLine(redis)) === 2);
  const newcomers = await askAll(service.urls, 2);
  const places = await Promise.all(
    newcomers.map(async ({ customer }) => (await customer.fact("turn:queued")).position),
  );
  const waiting = askers.filter(({ customer }) => !customer.facts.some(({ name }) => hasBegun.has(name)));
  expect(waiting.length).toBeGreaterThan(10);
  // Some are told a moment later that they begin.
  for (const position of places) expect(position).toBeGreaterThan(waiting.length - 5);
  const starts = await Promise.all([...askers, ...newcomers].map(startOrEndOf));
  expect(Math.min(...starts.slice(-2))).toBeGreaterThan(Math.max(...starts.slice(0, -6)));
  for (const { customer } of [...askers, ...newcomers]) {
    const positions = positionsOf(customer);
    expect(positions).toEqual(positions.toSorted((a, b) => b - a));
  }
  expect(service.faults).toEqual([]);
});
