import { expect, test, vi } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import { commandFrame, openBare } from "../support/bare.ts";
import { type Child, openChild } from "../support/child.ts";
import { guestOf, openAgain, openCustomer, TestCustomer } from "../support/customer.ts";
import { PollingCustomer } from "../support/polling.ts";
import { generous, openTestServer, secret } from "../support/server.ts";

const mebibyte = 1_048_576;
/** Each is 180 KB on the wire, twice: as deltas and as the stored message. */
const answer = "[[sim: long chars=60000]]";
/**
 * A minute of answers at reading pace is some 20 KB. This is 500 times as much, within seconds: enough to fill the
 * kernel's buffers, which hide a reader that reads nothing for the first megabytes.
 */
const answers = 24;

/** A node in a process of its own, so that what it keeps can be measured. */
async function openMeasuredNode(stack: AsyncDisposableStack): Promise<Child> {
  const simulator = stack.use(await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1, deltaChars: 2_000 } }));
  const upstream = { ANTHROPIC_BASE_URL: simulator.baseUrl, ANTHROPIC_API_KEY: "sk-test" };
  const env = { PORT: "0", HOST: "127.0.0.1", AUTH_SECRET: secret, ...upstream };
  return stack.use(await openChild("node.child.ts", { env, execArgv: ["--expose-gc"] }));
}

async function bytesOf(node: Child): Promise<number> {
  return (await node.ask<{ bytes: number }>("memory")).bytes;
}

/** What the node keeps after each fourth answer, above what it kept before the first. */
async function growth(withSlowReader: boolean): Promise<number[]> {
  await using stack = new AsyncDisposableStack();
  const node = await openMeasuredNode(stack);
  const reader = stack.use(await openCustomer(node.hello.url));
  const slow = stack.use(await openAgain(node.hello.url, reader));
  if (withSlowReader) slow.wire.pause();
  await reader.answerTo(answer);
  const before = await bytesOf(node);
  const grown: number[] = [];
  for (let round = 1; round <= answers; round++) {
    await reader.answerTo(answer);
    if (round % 4 === 0) grown.push((await bytesOf(node)) - before);
  }
  return grown;
}

test("S9: a socket that reads nothing costs the node less than 1 MB, at any time", async () => {
  const [slow, fast] = await Promise.all([growth(true), growth(false)]);
  const cost = slow.map((bytes, at) => bytes - (fast[at] ?? 0));
  console.log(`S9: a socket that reads nothing costs at most ${Math.round(Math.max(...cost) / 1_024)} KB`);
  expect(Math.max(...cost)).toBeLessThan(mebibyte);
});

test("S9: a socket that reads nothing and asks for everything again and again costs less than 1 MB", async () => {
  await using stack = new AsyncDisposableStack();
  const node = await openMeasuredNode(stack);
  const customer = stack.use(await openCustomer(node.hello.url));
  await customer.answerTo(answer);
  const greedy = stack.use(await openBare(node.hello.url, guestOf(customer.opened)));
  const before = await bytesOf(node);
  greedy.ws.pause();
  for (let ack = 0; ack < 200; ack++) greedy.send(commandFrame(ack, "conversation:open", {}));
  for (let round = 0; round < 200; round++) await customer.ask("typing:set", { active: true });
  expect((await bytesOf(node)) - before).toBeLessThan(mebibyte);
  greedy.ws.resume();
  await greedy.closed;
});

test("S9: a slow reader does not disturb the other page of the same customer", async () => {
  await using server = await openTestServer({
    config: generous,
    simulator: { pace: { firstTokenMs: 1, deltaMs: 1, deltaChars: 2_000 } },
  });
  await using reader = await openCustomer(server.url);
  await using slow = await openAgain(server.url, reader);
  slow.wire.pause();
  for (let round = 0; round < answers; round++) {
    const { turnId, message } = await reader.answerTo(answer);
    expect(reader.exactTextOf(turnId)).toBe(message?.text);
  }
});

test("S9: a page that could not keep up is cut, connects again by itself, and finds everything", async () => {
  await using server = await openTestServer({
    config: generous,
    simulator: { pace: { firstTokenMs: 1, deltaMs: 1, deltaChars: 2_000 } },
  });
  await using reader = await openCustomer(server.url);
  const again = { reconnection: true, reconnectionDelay: 1, auth: guestOf(reader.opened) };
  await using slow = await new TestCustomer(server.url, again).connected();
  await slow.ask("conversation:open", {});
  slow.wire.pause();
  for (let round = 0; round < answers; round++) await reader.answerTo(answer);
  const back = new Promise<void>((resolve) => slow.socket.once("connect", resolve));
  slow.wire.resume();
  await back;
  const { messages } = await slow.ask("conversation:open", {});
  expect(messages).toEqual((await reader.ask("conversation:open", {})).messages);
});

test("S9: text waits for a slow reader, who then gets in one piece what was passed over", async () => {
  await using server = await openTestServer({
    config: generous,
    simulator: { pace: { firstTokenMs: 1, deltaMs: 2, deltaChars: 4 } },
  });
  await using reader = await openCustomer(server.url);
  const slow = await PollingCustomer.open(server.url, guestOf(reader.opened));
  await slow.send(commandFrame(1, "conversation:open", {}));
  await slow.poll();
  const turnId = await reader.begin("[[sim: long chars=1200; stall after=200]]");
  await vi.waitFor(() => expect(reader.textOf(turnId)).toHaveLength(800));
  const early = deltasIn(await slow.poll());
  const late = deltasIn(await slow.poll());
  expect(early.length).toBeLessThanOrEqual(4);
  expect(late).toHaveLength(1);
  expect([...early, ...late].map(({ text }) => text).join("")).toBe(reader.exactTextOf(turnId));
  await reader.ask("turn:stop", { turnId });
});

function deltasIn(packets: readonly string[]): { text: string }[] {
  const start = '42["turn:delta",';
  const deltas = packets.filter((packet) => packet.startsWith(start));
  return deltas.map((packet) => JSON.parse(packet.slice(start.length, -1)));
}
