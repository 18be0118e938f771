import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { generous, openTestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const limited =
  (dailyBudget: number | null) =>
  (config: Config): Config => ({ ...generous(config), cost: { ...config.cost, dailyBudget } });

const notesOf = async (url: string) => (await (await fetch(`${url}/readyz`)).json()).notes;

test("U6 A11 when the day's budget is spent the tier is lowered, with that as the reason, and answers go on", async () => {
  await using redis = await openRedis();
  await using server = await openTestServer({ config: limited(0.01), env: redis.env });
  await using customer = await openCustomer(server.url);
  expect((await customer.answerTo("any coupons today?")).outcome).toBe("completed");
  // Some ten times the budget.
  for (let at = 0; at < 3; at++) await customer.answerTo("[[sim: long chars=20000]]");
  expect(await customer.fact("tier:changed", ({ tier }) => tier !== "high")).toBeTruthy();
  await customer.fact("tier:changed", ({ tier }) => tier === "degraded");
  expect(await notesOf(server.url)).toEqual(["budget-spent"]);
  const line = server.logged.find(({ reason }) => reason === "budget");
  expect(line).toMatchObject({ level: 40, from: "high", msg: "the day's budget is spent: the tier is lowered" });
  expect((await customer.answerTo("any coupons today?")).outcome).toBe("completed");
  expect((await server.requests()).at(-1)?.model).toBe("claude-haiku-4-5");
});

test("U6 without a budget much may be spent", async () => {
  await using server = await openTestServer({ config: limited(null) });
  await using customer = await openCustomer(server.url);
  await customer.answerTo("[[sim: long chars=40000]]");
  expect(await notesOf(server.url)).toBeUndefined();
});

test("U6 a budget is that of all nodes together: one that has spent nothing knows that it is spent", async () => {
  await using redis = await openRedis();
  await using spender = await openTestServer({ config: limited(0.01), env: redis.env });
  await using other = await openTestServer({ config: limited(0.01), env: redis.env });
  await using customer = await openCustomer(spender.url);
  await customer.answerTo("[[sim: long chars=40000]]");
  await until("the other node knows", async () => (await notesOf(other.url))?.includes("budget-spent"));
});
