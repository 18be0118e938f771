import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freshId, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { generous, openTestServer } from "../support/server.ts";

/** A server whose conversations are over almost at once. */
const openForgetful = () =>
  openTestServer({ config: (config) => ({ ...generous(config), context: { ...config.context, lifeSeconds: 0.2 } }) });

/** Resolves when the conversation that the customer looks at is over; asking for it would begin another one. */
async function over(customer: OpenCustomer): Promise<void> {
  const rate = () => customer.send("conversation:rate", { score: 5 });
  for (let reply = await rate(); reply.ok; reply = await rate()) await sleep(10);
}

test("C1: a page left open past the conversation's life asks, and is answered on the same socket", async () => {
  await using server = await openForgetful();
  await using customer = await openCustomer(server.url);
  await customer.answerTo("你好");
  await over(customer);
  const { turnId, outcome, message } = await customer.answerTo("[[sim: long chars=200]] 还在吗");
  expect(outcome).toBe("completed");
  expect(customer.exactTextOf(turnId)).toBe(message?.text);
  expect(customer.facts.filter(({ name }) => name === "turn:ended")).toHaveLength(2);
  const { messages } = await customer.ask("conversation:open", {});
  expect(messages.map(({ author }) => author)).toEqual(["customer", "assistant"]);
});

test("C1: the first question of a page that was opened long ago is answered", async () => {
  await using server = await openForgetful();
  await using customer = await openCustomer(server.url);
  await over(customer);
  expect(await customer.answerTo("你好")).toMatchObject({ outcome: "completed" });
});

test("C1, S2: questions asked at once after the end begin one conversation, which is seen once", async () => {
  await using server = await openForgetful();
  await using customer = await openCustomer(server.url);
  await over(customer);
  const sends = ["一", "二", "三"].map((text) => customer.ask("message:send", { messageId: freshId(), text }));
  const turnIds = new Set((await Promise.all(sends)).map(({ turnId }) => turnId));
  for (const turnId of turnIds) await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
  expect(customer.facts.filter(({ name }) => name === "turn:ended")).toHaveLength(turnIds.size);
  expect((await customer.ask("conversation:open", {})).messages).toHaveLength(3 + turnIds.size);
});

test("C1, S11: two pages that ask after the end meet in one conversation, and both see all of it", async () => {
  await using server = await openForgetful();
  await using one = await openCustomer(server.url);
  await using other = await openAgain(server.url, one);
  await over(one);
  const running = await one.begin("[[sim: long chars=600; pace delta=10]]");
  const { turnId } = await other.ask("message:send", { messageId: "next", text: "还在吗" });
  for (const page of [one, other]) {
    const { message } = await page.fact("turn:ended", (ended) => ended.turnId === running);
    expect(page.exactTextOf(running)).toBe(message?.text);
    await page.fact("turn:ended", (ended) => ended.turnId === turnId);
    const asked = page.facts.filter(
      ({ name, payload }) => name === "message:added" && payload.message.author === "customer",
    );
    expect(asked.map(({ payload }) => payload.message.text)).toEqual([expect.stringContaining("long"), "还在吗"]);
  }
});

test("C1: what is over stays over for every other command", async () => {
  await using server = await openForgetful();
  await using customer = await openCustomer(server.url);
  const { turnId, message } = await customer.answerTo("你好");
  await over(customer);
  await customer.answerTo("还在吗");
  const replies = [
    await customer.send("turn:resume", { turnId, epoch: 0, offset: 0 }),
    await customer.send("turn:stop", { turnId }),
    await customer.send("message:rate", { messageId: message?.messageId ?? "", value: "up" }),
  ];
  expect(replies.map((reply) => !reply.ok && reply.error.code)).toEqual(replies.map(() => "not-found"));
});
