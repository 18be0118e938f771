import { afterAll, beforeAll, expect, test } from "vitest";
import type { SimulatorOptions } from "../../src/simulator/server.ts";
import { freshId, openCustomer, TestCustomer } from "../support/customer.ts";
import { openOperator } from "../support/operator.ts";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const leisurely: SimulatorOptions = { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 4 } };

let redis: RedisProcess;
let one: TestServer;
let two: TestServer;
beforeAll(async () => {
  redis = await openRedis();
  const options = { config: generous, simulator: leisurely, env: redis.env };
  [one, two] = [await openTestServer(options), await openTestServer(options)];
});
afterAll(async () => {
  await Promise.all([one, two].map((server) => server[Symbol.asyncDispose]()));
  await redis[Symbol.asyncDispose]();
});

const ready = async ({ url }: TestServer) => (await fetch(`${url}/readyz`)).status;
const portOf = ({ url }: TestServer) => `:${new URL(url).port}`;

test("what is ordered at one node holds at the other, and what both count is one service", async () => {
  await using mei = await openOperator(one.url);
  await using li = await openOperator(two.url, "Li");
  await using first = await openCustomer(one.url);
  await using second = await openCustomer(two.url);
  await Promise.all([first, second].map((customer) => customer.answerTo("[[sim: say Yes.]]")));
  const seen = await li.sees(({ firstTokens, nodes }) => firstTokens.count >= 2 && nodes.length === 2);
  expect(seen.nodes.map(({ state, customers }) => [state, customers])).toEqual([
    ["up", 1],
    ["up", 1],
  ]);
  await mei.ask("tier:hold", { tier: "degraded" });
  await li.sees(({ tier }) => tier.tier === "degraded" && tier.by === "Mei");
  await second.fact("tier:changed", ({ tier }) => tier === "degraded");
  // One that comes later knows before it says anything.
  await using third = await openTestServer({ config: generous, env: redis.env });
  expect((await openCustomer(third.url)).opened.tier).toBe("degraded");
  await li.ask("tier:hold", { tier: null });
  await mei.sees(({ tier }) => tier.tier === "high" && tier.reason === "relay");
});

test("N3 a node that is drained takes nobody, ends what it writes, moves its sockets, keeps its operators, and comes back", async () => {
  await using mei = await openOperator(one.url);
  const { nodes } = await mei.sees(({ nodes: all }) => all.filter(({ state }) => state === "up").length === 2);
  const nodeId = nodes.find(({ name }) => name.endsWith(portOf(one)))?.nodeId ?? "";
  await using reader = await openCustomer(one.url);
  await using idle = await openCustomer(one.url);
  const gone = new Promise<string>((resolve) => idle.socket.once("disconnect", resolve));
  const turnId = await reader.begin("[[sim: long chars=800]]");
  await mei.ask("node:drain", { nodeId, active: true });
  expect([await ready(one), await ready(two)]).toEqual([503, 200]);
  expect(await gone).toBe("transport close");
  expect(idle.facts.at(-1)?.name).toBe("node:draining");
  await expect(new TestCustomer(one.url).connected()).rejects.toThrow();
  const reply = await reader.send("message:send", { messageId: freshId(), text: "more" });
  expect(reply).toMatchObject({ ok: false, error: { code: "draining" } });
  const { outcome, message } = await reader.fact("turn:ended");
  expect([outcome, reader.exactTextOf(turnId)]).toEqual(["completed", message?.text]);
  await using moved = await openCustomer(two.url);
  expect((await moved.answerTo("[[sim: say Yes.]]")).outcome).toBe("completed");
  const seen = await mei.sees(({ nodes: all }) => all.some(({ state }) => state === "draining"));
  expect(seen.orders.drained).toMatchObject([{ nodeId, by: "Mei" }]);
  await mei.ask("node:drain", { nodeId, active: false });
  await until("it is back", async () => (await ready(one)) === 200);
  await using back = await openCustomer(one.url);
  expect((await back.answerTo("[[sim: say Yes.]]")).outcome).toBe("completed");
});

test("N4 a Redis that is away is named, the page keeps this node's own figures, and nothing can be ordered half", {
  timeout: 40_000,
}, async () => {
  await using mei = await openOperator(one.url);
  await redis.kill();
  const seen = await mei.sees(({ troubles }) => troubles.some(({ code, isNow }) => code === "redis-away" && isNow));
  expect([seen.redis.state, seen.nodes.map(({ state }) => state).sort()]).toEqual(["away", ["unknown", "up"]]);
  const reply = await mei.send("guests:pause", { minutes: 5 });
  expect(reply).toMatchObject({ ok: false, error: { code: "unavailable", retryable: true } });
  await redis.start();
  const back = await mei.sees(({ redis: { state }, nodes }) => state === "up" && nodes.length === 2);
  expect(back.orders.guests).toBeNull();
  expect(back.nodes.some(({ state }) => state === "lost")).toBe(false);
});
