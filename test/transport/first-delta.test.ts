import { expect, test } from "vitest";
import { openChild } from "../support/child.ts";
import { type BareSocket, commandFrame, openBare } from "../support/bare.ts";
import { freshId, openCustomer, type TestCustomer } from "../support/customer.ts";
import { secret } from "../support/server.ts";

const openAnswers = 200;
const probes = 300;
/** Budgets of the node, in milliseconds; the second with room for a machine that has other things to do. */
const medianMs = 2;
const slowestHundredthMs = 50;

/** `milliseconds to the first text, between the others, and how many follow`: see the relay. */
const openForLong = (reader: number) => `${20 + (reader % 60)} 100 400`;
const probe = (firstMs: number) => `${firstMs} 20 2`;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Relay, node and customers are three processes that share one clock: what lies between two stamps is the node. */
test("S1: with 200 answers open the node adds at most 2 ms to the first text, in the median", async () => {
  await using stack = new AsyncDisposableStack();
  const relay = stack.use(await openChild("stamping-relay.child.ts"));
  const env = { PORT: "0", HOST: "127.0.0.1", AUTH_SECRET: secret };
  const upstream = { ANTHROPIC_BASE_URL: relay.hello.url, ANTHROPIC_API_KEY: "sk-test" };
  const node = stack.use(await openChild("node.child.ts", { env: { ...env, ...upstream } }));
  const open = async () => stack.use(await openCustomer(node.hello.url));

  const readers = await Promise.all(Array.from({ length: openAnswers }, (_, at) => openReader(node.hello.url, at)));
  for (const reader of readers) stack.use(reader);
  const askers = await Promise.all(Array.from({ length: 10 }, open));
  const added = (await Promise.all(askers.map(askAgainAndAgain))).flat().sort((a, b) => a - b);

  const share = (part: number) => added[Math.floor(part * added.length)] ?? Number.NaN;
  console.log(`added to the first text: p50 ${share(0.5).toFixed(2)} ms, p99 ${share(0.99).toFixed(2)} ms`);
  const { openAnswers: stillOpen } = await relay.ask<{ openAnswers: number }>("how many");
  expect(stillOpen).toBe(openAnswers);
  expect(share(0.5)).toBeLessThanOrEqual(medianMs);
  expect(share(0.99)).toBeLessThanOrEqual(slowestHundredthMs);
});

/** A customer who costs this process nearly nothing, in the middle of a long answer. */
async function openReader(url: string, at: number): Promise<BareSocket> {
  const reader = await openBare(url);
  const opened = reader.frame("431");
  reader.send(commandFrame(1, "conversation:open", {}));
  await opened;
  const begun = reader.frame('42["turn:delta"');
  reader.send(commandFrame(2, "message:send", { messageId: "m1", text: openForLong(at) }));
  await begun;
  return reader;
}

async function askAgainAndAgain(customer: TestCustomer): Promise<number[]> {
  const added: number[] = [];
  let arrivedAt = 0;
  customer.socket.on("turn:delta", ({ offset }) => {
    if (offset === 0) arrivedAt = nowMs();
  });
  for (let round = 0; round < probes / 10; round++) {
    const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: probe(5 + (round % 30)) });
    const delta = await customer.fact("turn:delta", (fact) => fact.turnId === turnId);
    added.push(arrivedAt - Number(delta.text));
    await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  }
  return added;
}
