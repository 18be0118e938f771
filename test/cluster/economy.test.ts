import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";
import { type Command, Monitor, readCalls } from "./monitor.support.ts";
import { asking, openService, type Service, type Writing } from "./service.support.ts";

const answers = 5;
/** Two seconds of text, in 400 pieces of the relay or in 40. */
const many: Writing = { chars: 4_000, deltaMs: 5 };
const few: Writing = { chars: 400, deltaMs: 50 };
const piecesOf = ({ chars }: Writing) => (answers * chars) / 10;

let redis: RedisProcess;
let service: Service;
let one = "";
let other = "";

beforeAll(async () => {
  redis = await openRedis();
  // Nobody ever comes to the third.
  service = await openService({ nodes: 3, redis });
  [one = "", other = ""] = service.urls;
});

afterAll(async () => {
  const { faults } = service;
  await service[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

/** A customer with two tabs at the first node. */
async function openTwoTabs(stack: AsyncDisposableStack): Promise<OpenCustomer> {
  const customer = stack.use(await openCustomer(one));
  stack.use(await openAgain(one, customer));
  return customer;
}

/** Lets some ask at once; gives how long all that took, in milliseconds. */
async function answerAll(customers: readonly OpenCustomer[], writing: Writing): Promise<number> {
  const from = performance.now();
  const ends = await Promise.all(customers.map((customer) => customer.answerTo(asking(writing))));
  for (const { message } of ends) expect(message?.text).toHaveLength(writing.chars);
  return performance.now() - from;
}

/** What nodes are sent, but for their own voices by which they know that they hear. */
function lettersOf(commands: readonly Command[]): { readonly channel: string; readonly kinds: readonly string[] }[] {
  return commands
    .filter(({ name, args }) => name === "spublish" && args[0]?.includes(":to:"))
    .map(({ args: [channel = "", text = ""] }) => ({
      channel,
      // No JSON any more: what is not ASCII is garbled.
      kinds: [...text.matchAll(/"kind":"(\w+)"/g)].map(([, kind = ""]) => kind),
    }))
    .filter(({ kinds }) => kinds.length > 0);
}

const isBeat = ({ args }: Command) => args.some((arg) => arg.includes("{nodes}"));
/** A step whose first key is a log, or a plain command on one: steps of a conversation name its log last. */
const isLog = ({ args }: Command) => args.slice(0, 3).some((arg) => arg.endsWith(":log"));
/** Rounds are held a few times a second, whether or not anything is written; each question enters the line once. */
const isLine = ({ args }: Command) => args.some((arg) => arg.includes("{line}"));
/** Each node tells how it is once a second. */
const isBoard = ({ args }: Command) => args.some((arg) => arg.includes("{board}"));
const isVoice = ({ name }: Command) => name === "spublish";

describe("while tabs at the answering node alone look on", () => {
  test("S7, S8: text costs Redis five log writes a second and one for each answer at most, and nothing else", async () => {
    await using stack = new AsyncDisposableStack();
    const monitor = stack.use(await Monitor.open(redis));
    const customers = await Promise.all(Array.from({ length: answers }, () => openTwoTabs(stack)));
    await monitor.take();
    const tookMs = await answerAll(customers, many);
    const sent = await monitor.take();
    const writes = sent.filter(isLog).length;
    const usual = [isLog, isBeat, isLine, isBoard, isVoice];
    const others = sent.filter((command) => !usual.some((is) => is(command)));
    console.log(`S7: ${piecesOf(many)} pieces of text: ${writes} log writes, ${others.length} other commands`);
    expect(writes).toBeGreaterThan(answers);
    expect(writes).toBeLessThanOrEqual(answers * (1 + Math.ceil((5 * tookMs) / 1_000)));
    // Asked, listed, started, read for the model, ended, looked for what waits, struck off the list.
    expect(others.length).toBeLessThanOrEqual(10 * answers);
    // Entered, begun, and ended; and three nodes' rounds.
    expect(sent.filter(isLine).length).toBeLessThanOrEqual(4 * answers + 3 * Math.ceil(tookMs / 100));
    expect(lettersOf(sent)).toEqual([]);
  });

  test("S7: ten times as many deltas in the same time cost Redis no more commands, inside scripts either", async () => {
    await using stack = new AsyncDisposableStack();
    const customers = await Promise.all(Array.from({ length: answers }, () => openTwoTabs(stack)));
    const measure = async (what: () => Promise<unknown>) => {
      const [before, from] = [await readCalls(redis), performance.now()];
      await what();
      return { calls: (await readCalls(redis)) - before, tookMs: performance.now() - from };
    };
    // Nodes beat and hold their rounds all the while; on a busy machine the same answers take longer.
    const silent = await measure(() => pause(1_000));
    const measureAnswers = async (writing: Writing) => {
      const { calls, tookMs } = await measure(() => answerAll(customers, writing));
      return Math.round(calls - (silent.calls * tookMs) / silent.tookMs);
    };
    const cheap = await measureAnswers(few);
    const dear = await measureAnswers(many);
    console.log(`S7: ${piecesOf(few)} pieces: ${cheap} calls, ${piecesOf(many)} pieces: ${dear} calls`);
    expect(dear - cheap).toBeLessThan((piecesOf(many) - piecesOf(few)) / 10);
  });
});

describe("while tabs at another node look on", () => {
  test("S7: that node is told, once for all its tabs, and the third node nothing; when they leave, nobody is", async () => {
    await using monitor = await Monitor.open(redis);
    await using here = await openCustomer(one);
    const there = await openAgain(other, here);
    const beside = await openAgain(other, here);
    await monitor.take();
    await answerAll([here], many);
    await there.fact("turn:ended");
    const letters = lettersOf(await monitor.take());
    const channels = new Set(letters.map(({ channel }) => channel));
    const texts = letters.flatMap(({ channel, kinds }) => kinds.filter((kind) => kind === "text").map(() => channel));
    const frames = here.facts.filter(({ name }) => name === "turn:delta").length;
    console.log(`S7: ${frames} frames for the tab here: ${texts.length} for the node of the tab there`);
    expect(new Set(texts).size).toBe(1);
    expect(texts.length).toBeLessThanOrEqual(1.2 * frames + 5);
    // The two nodes may speak to each other; the third is not spoken to.
    expect(channels.size).toBeLessThanOrEqual(2);

    const watchers = `tidegate:{${here.opened.conversationId.slice(0, 16)}}:watchers`;
    for (const tab of [there, beside]) await tab[Symbol.asyncDispose]();
    await until("the other node has left", async () => (await redis.command("HLEN", watchers)) === 1);
    await monitor.take();
    await answerAll([here], few);
    expect(lettersOf(await monitor.take()).flatMap(({ kinds }) => kinds.filter((kind) => kind === "text"))).toEqual([]);
  });
});
