import { expect, test } from "vitest";
import { openAgain, openCustomer } from "../support/customer.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import { asking, openService, writtenBy } from "./service.support.ts";
import { readStored } from "./stored.support.ts";
import { Browser, openTab } from "./tab.support.ts";

const customers = 12;
const short = asking({ chars: 300, deltaMs: 5 });
const chars = 1_500;

test("S11, N2: over a Redis Cluster of three masters tabs at two nodes see the same, and one node is killed without loss", {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await openRedisCluster(3));
  const service = stack.use(await openService({ redis: cluster }));
  const [dying] = service.nodes;
  const [one = "", other = ""] = service.urls;
  await everybodyIsHeard(one, other);
  const readers = await Promise.all(
    Array.from({ length: customers }, async () => {
      const here = stack.use(await openCustomer(one));
      const there = stack.use(await openAgain(other, here));
      const { turnId, message } = await here.answerTo(short);
      await there.fact("turn:ended");
      for (const tab of [here, there]) expect(tab.exactTextOf(turnId)).toBe(message?.text);
      const tab = stack.use(await openTab([one, other], new Browser(here.opened.guestToken)));
      return { there, tab };
    }),
  );
  // Slow enough that the last has begun before the first has ended.
  const turns = await Promise.all(readers.map(({ tab }) => tab.ask(asking({ chars, deltaMs: 60 }))));
  await Promise.all(readers.map(({ tab }, at) => tab.grownTo(turns[at] ?? "", 200)));
  const written = dying ? await writtenBy(dying) : 0;
  await dying?.kill();
  const epochs = await Promise.all(
    readers.map(async ({ tab, there }, at) => {
      const turnId = turns[at] ?? "";
      await tab.ended(turnId);
      const { turn, answers } = await readStored(other, tab.browser.auth, turnId);
      expect(turn).toMatchObject({ outcome: "completed", text: tab.textOf(turnId) });
      expect(turn.text).toHaveLength(chars);
      expect(answers).toHaveLength(2);
      await there.fact("turn:ended", (ended) => ended.turnId === turnId);
      expect(there.textOf(turnId)).toBe(turn.text);
      return turn.epoch;
    }),
  );
  // The other node has begun a few itself where the first was busy.
  expect(epochs.filter((epoch) => epoch === 2).length).toBeGreaterThanOrEqual(0.9 * written);
  expect(Math.max(...epochs)).toBe(2);
  expect(service.faults).toEqual([]);
});

/** In the first moments after nodes have come to know a cluster, what is told may come with the answer's end alone. */
async function everybodyIsHeard(one: string, other: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await using here = await openCustomer(one);
        await using there = await openAgain(other, here);
        const { turnId, message } = await here.answerTo(short);
        await there.fact("turn:ended");
        return there.textOf(turnId) === message?.text;
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(true);
}
