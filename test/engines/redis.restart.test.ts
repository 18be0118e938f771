import { expect, test } from "vitest";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { beaten, openNode } from "./redis.support.ts";
import { caller, startTurn } from "./world.ts";

test("N4 steps that Redis has forgotten are taught again without anybody noticing", async () => {
  await using redis = await openRedis();
  await using node = await openNode(redis.url);
  const { conversationId } = await startTurn(node);
  await redis.command("SCRIPT", "FLUSH");
  const ids = Array.from({ length: 20 }, (_, i) => `more${i}`);
  await Promise.all(ids.map((messageId) => node.conversations.ask(conversationId, { messageId, text: messageId })));
  expect((await node.conversations.read(conversationId))?.messages).toHaveLength(21);
  expect(await node.nodes.beat("node", true)).toMatchObject({ alive: false });
});

test("N4 after a restart with its file everything acknowledged is there, and the first steps succeed", async () => {
  await using redis = await openRedis({ appendonly: true, settings: { appendfsync: "always" } });
  await using node = await openNode(redis.url);
  const turn = await startTurn(node);
  await node.log.write(turn, 1, 0, "The wall");
  await redis.kill();
  await redis.start();
  await beaten(node);
  const ids = Array.from({ length: 20 }, (_, i) => `more${i}`);
  const { conversationId } = turn;
  await Promise.all(ids.map((messageId) => node.conversations.ask(conversationId, { messageId, text: messageId })));
  expect(await node.log.read(turn)).toBe("The wall");
  expect(await node.turns.raise(turn, 1, 8)).toMatchObject({ epoch: 2 });
});

test("N4 after a restart with nothing a node finds that it is not known, and conversations begin anew", async () => {
  await using redis = await openRedis();
  await using node = await openNode(redis.url);
  const turn = await startTurn(node);
  await node.nodes.beat("node", true);
  await redis.kill();
  await redis.start();
  const pulse = await until("a beat gets through", () => node.nodes.beat("node", false));
  expect(pulse).toEqual({ alive: false, beats: new Map(), buried: [] });
  expect(await node.conversations.read(turn.conversationId)).toBeNull();
  expect(await node.turns.end(turn, 1, { outcome: "completed", text: "1" })).toBeNull();
  expect((await node.conversations.open(caller("li"))).messages).toEqual([]);
});
