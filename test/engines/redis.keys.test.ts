import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Outage } from "../../src/domain/outage.ts";
import { tagOf } from "../../src/engines/conversation-id.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { openRedis } from "../support/redis.ts";
import { eachKey, enginesOf, openStore, type TestStore } from "./redis.support.ts";
import { caller, startTurn } from "./world.ts";

const stack = new AsyncDisposableStack();
let redis: TestStore;
let worlds = 0;

beforeAll(async () => {
  const { url } = stack.use(await openRedis());
  redis = stack.use(await openStore({ kind: "one", url }));
});
afterAll(() => stack.disposeAsync());

function openNode() {
  const prefix = `world${worlds++}`;
  const link = new Link(redis.store);
  const engines = enginesOf(link, { prefix });
  /** The key of a part of a conversation, by its name in `keys.ts`. */
  const keyOf = (conversationId: string, part: string) =>
    engines.keys.conversation(tagOf(conversationId)).find((key) => key.endsWith(`:${part}`)) ?? "";
  return { ...engines, link, keyOf };
}

type Node = ReturnType<typeof openNode>;

/** What the table in `keys.ts` says of a key. */
interface Entry {
  readonly name: RegExp;
  readonly type: string;
  readonly endless: boolean;
}

function readTable(prefix: string): Entry[] {
  const source = readFileSync(new URL("../../src/engines/redis/keys.ts", import.meta.url), "utf8");
  const rows = source.matchAll(/^ \* \| `<prefix>:([^`]+)` \| (\w+) \| .* \| ([^|]+) \|$/gm);
  return [...rows].map(([, name = "", type = "", life = ""]) => ({
    name: new RegExp(`^${prefix}:${name.replace(/\{(tag|node)\}/, "\\{[^{}]+\\}")}$`),
    type,
    endless: life.startsWith("none"),
  }));
}

async function expectAsDocumented({ prefix }: Node): Promise<number> {
  const table = readTable(prefix);
  let found = 0;
  await eachKey(redis.store, prefix, async (master, key) => {
    const [entry, ...others] = table.filter(({ name }) => name.test(key));
    expect([key, entry?.type, others.length]).toEqual([key, await master.type(key), 0]);
    expect([key, (await master.pttl(key)) > 0]).toEqual([key, entry?.endless === false]);
    found++;
  });
  return found;
}

test("C1 S8 every key is one of those in keys.ts, of its type, and has an end unless it is said to have none", async () => {
  const node = openNode();
  const turn = await startTurn(node);
  const { conversationId } = turn;
  await node.log.write(turn, 1, 0, "The wall");
  await node.conversations.ask(conversationId, { messageId: "m2", text: "two", page: { url: "https://shop.example" } });
  await node.conversations.rate(conversationId, 5, "fine");
  await node.nodes.beat("one", true);
  await node.nodes.beat("two", true);
  await node.nodes.take("two", conversationId);
  await node.nodes.bury("two", 1);
  expect(await expectAsDocumented(node)).toBe(9);
});

test("C1 S8 what a fenced writer logs after the end has an end too", async () => {
  const node = openNode();
  const turn = await startTurn(node);
  await node.turns.end(turn, 1, { outcome: "completed", text: "The wall holds" });
  await node.log.write(turn, 1, 8, " holds");
  expect(await redis.store.exists(node.keyOf(turn.conversationId, "log"))).toBe(1);
  await expectAsDocumented(node);
});

test("C1 a conversation begins empty even where keys of the one before have outlived its first", async () => {
  const node = openNode();
  const turn = await startTurn(node);
  await node.log.write(turn, 1, 0, "The wall");
  await redis.store.del(node.keyOf(turn.conversationId, "conversation"));
  const next = await node.conversations.open(caller("li"));
  expect(next).toMatchObject({ messages: [], running: null, waiting: null, logged: "" });
  const { turnId } = await node.conversations.ask(next.conversationId, { messageId: "m1", text: "other" });
  expect((await node.turns.start(next.conversationId))?.turn).toMatchObject({ turnId });
  expect(await node.turns.read(turn)).toBeNull();
  await expectAsDocumented(node);
});

test("an opinion replaces the one before: the message does not grow with them", async () => {
  const node = openNode();
  const turn = await startTurn(node);
  const { conversationId } = turn;
  await node.turns.end(turn, 1, { outcome: "completed", text: "1", messageId: "a1" });
  const sizes: number[] = [];
  for (let i = 0; i < 3; i++) {
    await node.conversations.rateMessage(conversationId, "a1", "up");
    sizes.push(await redis.store.hstrlen(node.keyOf(conversationId, "messages"), "a1"));
  }
  expect(new Set(sizes).size).toBe(1);
});

test("X1 a conversation that lies in the caller's place and is another customer's is not given away", async () => {
  const node = openNode();
  const { conversationId } = await node.conversations.open(caller("li"));
  await redis.store.hset(node.keyOf(conversationId, "conversation"), "customer", "wang");
  await expect(node.conversations.open(caller("li"))).rejects.toMatchObject({ code: "internal" });
});

/** What a stranger may have done, as commands of Redis on a part of a conversation. */
const strangers: readonly (readonly [part: string, command: string, ...args: string[]])[] = [
  ["conversation", "SET", "text"],
  ["conversation", "HSET", "responder", "{"],
  ["conversation", "HSET", "responder", "[]"],
  ["conversation", "HSET", "page", `{"url":1}`],
  ["conversation", "HSET", "running", "nobody"],
  ["conversation", "HSET", "waiting", "nobody"],
  ["order", "SET", "text"],
  ["order", "RPUSH", "nobody"],
  ["messages", "SET", "text"],
  ["messages", "HSET", "m1", "}{"],
  ["messages", "HSET", "m1", "\xff\x00"],
  ["messages", "HSET", "m1", `{"messageId":"m1","author":"nobody"}`],
  ["turns", "SET", "text"],
  ["turns", "HSET", "t1", "}{"],
  ["turns", "HSET", "t1", "{}"],
  ["turns", "HSET", "t1", "[1,2]"],
  ["turns", "HSET", "t1", "7"],
  ["turns", "HSET", "t1", `{"state":"starting","epoch":"x","starts":7,"askedAt":null}`],
  ["turns", "HSET", "t1", `{"state":"ended","epoch":1,"starts":":,","askedAt":1,"answer":{}}`],
  ["watchers", "SET", "text"],
  ["watchers", "HSET", "node", "text"],
  ["log", "SET", "text"],
  ["log", "HSET", "t1:x:y", "text"],
  ["log", "HSET", "t1", "text"],
];

test.for(strangers)(
  "X3 whatever a stranger has left in the store is an error or nothing, and passes by: %s %s %s %s",
  async ([part, command, ...args]) => {
    const node = openNode();
    const { conversations, turns, log } = node;
    const { conversationId } = await conversations.open(caller("li"));
    await conversations.ask(conversationId, { messageId: "m1", text: "one", turnId: "t1" });
    const turn = (await turns.start(conversationId))?.turn;
    if (turn === undefined) throw new Error("nothing to start");
    const key = node.keyOf(conversationId, part);
    if (command !== "HSET") await redis.store.del(key);
    await redis.store.call(command, [key, ...args]);
    const steps = [
      () => conversations.open(caller("li")),
      () => conversations.attend(conversationId),
      () => conversations.ask(conversationId, { messageId: "m1", text: "one" }),
      () => conversations.ask(conversationId, { messageId: "m2", text: "two" }),
      () => turns.start(conversationId),
      () => turns.read(turn),
      () => turns.raise(turn, 1, 0),
      () => log.write(turn, 1, 0, "text"),
      () => log.read(turn),
      () => turns.end(turn, 1, { outcome: "completed", text: "1", messageId: "a1" }),
      () => conversations.rateMessage(conversationId, "m1", "up"),
      () => conversations.rate(conversationId, 1, undefined),
      () => conversations.leave(conversationId),
      () => conversations.read(conversationId),
    ];
    for (const step of steps) await step().catch((fault) => expect(fault).not.toBeInstanceOf(Outage));
    expect(node.link.away).toBe(false);
    expect(await startTurn(node, "wang")).toMatchObject({ epoch: 1 });
  },
);
