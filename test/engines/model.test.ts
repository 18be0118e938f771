import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tagOf } from "../../src/engines/conversation-id.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { openRedis } from "../support/redis.ts";
import { openMemory } from "./memory.support.ts";
import { Ledger } from "./model.ledger.ts";
import { ModelNode } from "./model.node.ts";
import { Side } from "./model.side.ts";
import { Choices, Weather } from "./model.weather.ts";
import { wishes } from "./model.wishes.ts";
import { enginesOf, openStore, openWorld, type TestStore } from "./redis.support.ts";
import { caller } from "./world.ts";

const patienceMs = 120_000;
/** Whatever fails is told with its seed and its path, even where there is no time left to make it smaller. */
const limits = { interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const stack = new AsyncDisposableStack();
let redis: TestStore;

beforeAll(async () => {
  const { url } = stack.use(await openRedis());
  redis = stack.use(await openStore({ kind: "one", url }));
});
afterAll(() => stack.disposeAsync());

test(
  "C1 C2 S4 S5 S8 A4 Redis gives what the memory engine gives, whatever is wished in whatever order",
  async () => {
    const property = fc.asyncProperty(fc.integer({ min: 3, max: 9 }), wishes, async (maxMessages, list) => {
      await using memory = await openMemory({ maxMessages });
      await using cluster = await openWorld(redis.store, { maxMessages });
      const [expected, actual] = [new Side(memory), new Side(cluster)];
      for (const [at, wish] of list.entries()) {
        expect([at, wish, await actual.fulfil(wish, at)]).toEqual([at, wish, await expected.fulfil(wish, at)]);
      }
    });
    await fc.assert(property, { ...limits, numRuns: 200 });
  },
  patienceMs,
);

/** A customer asks, three nodes answer, take over from each other and stop short, and the network is at its worst. */
async function storm(prefix: string, tape: readonly number[]): Promise<void> {
  const choices = new Choices(tape);
  const { conversations, keys } = enginesOf(new Link(redis.store), { prefix });
  const { conversationId } = await conversations.open(caller("li"));
  const own = keys.conversation(tagOf(conversationId));
  const ledger = new Ledger(redis.store, own);
  const weather = new Weather(choices, () => ledger.compare());
  const [first, ...others] = ["one", "two", "three"].map((nodeId) => {
    const link = new Link(weather.over(redis.store));
    const engines = enginesOf(link, { prefix, nodeId });
    return new ModelNode({ nodeId, conversationId, link, engines, choices, ledger });
  });
  if (first === undefined) throw new Error("there are three");
  const ask = async () => {
    for (const messageId of ["m1", "m2", "m3"]) await choices.among(first, ...others).ask(messageId);
  };
  await weather.pass([ask(), ...[first, ...others].map((node) => node.act(6))]);
  await weather.pass([first.finish()]);
  await ledger.compare();
  ledger.expectFinished(3);
  await redis.store.del(...own);
}

test(
  "S4 S5 S7 S8 A4 C2 H1 nothing acknowledged is lost and nothing is there twice, whatever the network repeats, delays and loses",
  async () => {
    let runs = 0;
    const tape = fc.array(fc.nat(1_000), { minLength: 0, maxLength: 400, size: "max" });
    const property = fc.asyncProperty(tape, (choices) => storm(`storm${runs++}`, choices));
    await fc.assert(property, { ...limits, numRuns: 300 });
  },
  patienceMs,
);
