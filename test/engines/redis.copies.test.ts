import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversations.ts";
import { Outage } from "../../src/domain/outage.ts";
import type { Handing } from "../../src/domain/responders.ts";
import { tagOf } from "../../src/engines/conversation-id.ts";
import { Copies } from "../../src/engines/redis/copies.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { replies } from "../../src/engines/redis/replies.ts";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";
import { enginesOf, openStore, type RedisEngines, type TestStore } from "./redis.support.ts";
import { caller } from "./world.ts";

const stack = new AsyncDisposableStack();
let redis: RedisProcess;
let opened: TestStore;
let worlds = 0;

beforeAll(async () => {
  redis = stack.use(await openRedis());
  opened = stack.use(await openStore({ kind: "one", url: redis.url }));
});
afterAll(() => stack.disposeAsync());

const maxMessages = 12;

/** Nodes of one world; the last of them has read nothing yet. */
function openNodes() {
  const prefix = `copies${worlds++}`;
  const node = (nodeId: string) => enginesOf(new Link(opened.store), { prefix, nodeId, maxMessages });
  return { one: node("one"), two: node("two"), fresh: () => node("fresh") };
}

async function answer({ conversations, turns }: RedisEngines, conversationId: string, messageId: string) {
  const { turnId } = await conversations.ask(conversationId, {
    messageId,
    text: `question ${messageId}`,
    begins: true,
  });
  if (turnId === null) return;
  const ending = { outcome: "completed", text: `answer to ${messageId}`, messageId: `a-${messageId}` } as const;
  await turns.end({ conversationId, turnId }, 1, ending);
}

const texts = (conversation: Conversation | null) => conversation?.messages.map(({ text }) => text);

/** Changes a stored message as no step does: whoever gives it as it was has it from a copy. */
async function tamper(
  { keys }: RedisEngines,
  conversationId: string,
  messageId: string,
  from = "question",
  to = "tampered",
) {
  const [, , messages = ""] = keys.conversation(tagOf(conversationId));
  const json = String(await redis.command("HGET", messages, messageId));
  await redis.command("HSET", messages, messageId, json.replace(from, to));
}

test("messages that a node has read are not read again, and those that came later are", async () => {
  const { one, two, fresh } = openNodes();
  const { conversationId } = await one.conversations.open(caller("li"));
  for (const id of ["m1", "m2"]) await answer(one, conversationId, id);
  await one.conversations.read(conversationId);
  await tamper(one, conversationId, "m1");
  await answer(two, conversationId, "m3");
  const copied = await one.conversations.read(conversationId);
  expect(texts(copied)).toEqual([1, 2, 3].flatMap((at) => [`question m${at}`, `answer to m${at}`]));
  expect(texts(await fresh().conversations.read(conversationId))?.[0]).toBe("tampered m1");
});

test("of a conversation of which Redis has lost a message no copy is kept", async () => {
  const { one, two, fresh } = openNodes();
  const { conversationId } = await one.conversations.open(caller("li"));
  for (let at = 0; at < maxMessages / 2; at++) await answer(one, conversationId, `m${at}`);
  const [, , messages = ""] = one.keys.conversation(tagOf(conversationId));
  await redis.command("HDEL", messages, "m3");
  expect(await two.conversations.read(conversationId)).toMatchObject({ messages: { length: maxMessages - 1 } });
  // Lets the two oldest go.
  await answer(one, conversationId, "m6");
  const read = await fresh().conversations.read(conversationId);
  expect(texts(await two.conversations.read(conversationId))).toEqual(texts(read));
});

test("a conversation that an earlier version has begun is read whole until it is opened again", async () => {
  const { one, two } = openNodes();
  const { conversationId } = await one.conversations.open(caller("li"));
  await answer(one, conversationId, "m1");
  const [conversation = ""] = one.keys.conversation(tagOf(conversationId));
  await redis.command("HDEL", conversation, "edition");
  await two.conversations.read(conversationId);
  await tamper(one, conversationId, "m1");
  expect(texts(await two.conversations.read(conversationId))?.[0]).toBe("tampered m1");
  await two.conversations.open(caller("li"));
  await tamper(one, conversationId, "m1", "tampered", "again");
  expect(texts(await two.conversations.read(conversationId))?.[0]).toBe("tampered m1");
});

test("who has fewer messages than stand there is given all of them", async () => {
  const { one, conversationId, claim } = await openClaimed();
  for (const id of ["m1", "m2"]) await answer(one, conversationId, id);
  expect(await claim("a-m1", 2)).toEqual({ given: 2, copied: 2 });
  expect(await claim("a-m1", 1)).toEqual({ given: 4, copied: 0 });
  expect(await claim("a-m0", 2)).toEqual({ given: 4, copied: 0 });
  expect(await claim("a-m1", 2, { seen: "another" })).toEqual({ given: 4, copied: 0 });
  expect(await claim("a-m1", 2, { lateMs: 1 })).toEqual({ given: 4, copied: 0 });
});

/** What a node is given that claims to have messages up to that one. */
async function openClaimed() {
  const { one } = openNodes();
  const { conversationId } = await one.conversations.open(caller("li"));
  const keys = one.keys.conversation(tagOf(conversationId));
  const read = async (...claimed: string[]) =>
    replies.whole.parse(await new Link(opened.store).step("read", keys, [conversationId, "", "", "", ...claimed]));
  const edition = (await read("", "", "0", "0"))?.[7] ?? "";
  const claim = async (latest: string, count: number, { seen = edition, lateMs = 0 } = {}) => {
    const { messages = [] } = (await one.conversations.read(conversationId)) ?? {};
    const at = messages.find(({ messageId }) => messageId === latest)?.at ?? 0;
    const whole = await read(seen, latest, String(at + lateMs), String(count));
    return { given: whole?.[3].length, copied: whole?.[6] };
  };
  return { one, conversationId, claim };
}

test("C1 of a conversation that is gone nothing is in the next one under its id, whatever its messages are called", async () => {
  const { one, two } = openNodes();
  const { conversationId } = await one.conversations.open(caller("li"));
  await answer(one, conversationId, "m1");
  await one.conversations.read(conversationId);
  for (const key of one.keys.conversation(tagOf(conversationId))) await redis.command("DEL", key);
  await two.conversations.open(caller("li"));
  for (const messageId of ["m1", "a-m1"]) await two.conversations.ask(conversationId, { messageId, text: "another" });
  expect(texts(await one.conversations.read(conversationId))).toEqual(["another", "another"]);
});

test("a question under the id of one that was let go is no copy of it", async () => {
  const { one, two, fresh } = openNodes();
  const { conversationId } = await one.conversations.open(caller("li"));
  for (let at = 0; at < maxMessages; at++) await answer(one, conversationId, `early${at}`);
  const { turnId } = await one.conversations.ask(conversationId, { messageId: "x", text: "first", begins: true });
  await two.conversations.read(conversationId);
  await one.turns.end({ conversationId, turnId: turnId ?? "" }, 1, {
    outcome: "completed",
    text: "",
    messageId: "a-x",
  });
  for (let at = 0; at < maxMessages; at++) await answer(one, conversationId, `later${at}`);
  await one.conversations.ask(conversationId, { messageId: "x", text: "second" });
  const read = await fresh().conversations.read(conversationId);
  expect(texts(read)?.at(-1)).toBe("second");
  expect(texts(await two.conversations.read(conversationId))).toEqual(texts(read));
});

test("what Redis had when it was copied may be lost with it: whoever asks again is given what stands there now", async () => {
  await using older = await openRedis();
  await using store = await openStore({ kind: "one", url: older.url });
  const node = (nodeId: string) => enginesOf(new Link(store.store), { prefix: "older", nodeId, maxMessages });
  const [one, two] = [node("one"), node("two")];
  const { conversationId } = await one.conversations.open(caller("li"));
  await answer(one, conversationId, "m1");
  await older.command("SAVE");
  await answer(one, conversationId, "m2");
  await one.conversations.ask(conversationId, { messageId: "m3", text: "lost" });
  await two.conversations.read(conversationId);
  await older.kill();
  await older.start();
  const isBack = () => store.store.ping().then(Boolean, () => false);
  await until("Redis is back", isBack);
  await one.conversations.ask(conversationId, { messageId: "m3", text: "asked again" });
  const read = await node("fresh").conversations.read(conversationId);
  expect(texts(read)).toEqual(["question m1", "answer to m1", "asked again"]);
  expect(texts(await two.conversations.read(conversationId))).toEqual(texts(read));
});

test("after an outage a node reads all of a conversation again, for Redis may have come back as it was before", async () => {
  const { one } = openNodes();
  const link = new Link(opened.store);
  const two = enginesOf(link, { prefix: one.prefix, nodeId: "two", maxMessages });
  const { conversationId } = await one.conversations.open(caller("li"));
  await answer(one, conversationId, "m1");
  await two.conversations.read(conversationId);
  await tamper(one, conversationId, "m1");
  expect(texts(await two.conversations.read(conversationId))?.[0]).toBe("question m1");
  const broken = link.probe(() => Promise.reject(new Error("the connection is lost")));
  await expect(broken).rejects.toThrow(Outage);
  await link.probe((store) => store.ping());
  expect(texts(await two.conversations.read(conversationId))?.[0]).toBe("tampered m1");
});

const hand: Pick<Handing, "wish"> = { wish: null };
const li = { kind: "agent", name: "Li", agentId: "li" } as const;

/** Everything that changes messages, or adds some, or lets some go. */
const changes = {
  async answer(node, conversationId, id) {
    await answer(node, conversationId, id);
  },
  async ask(node, conversationId, id) {
    await node.conversations.ask(conversationId, { messageId: id, text: `open ${id}` });
  },
  async rate(node, conversationId) {
    const { messages = [] } = (await node.conversations.read(conversationId)) ?? {};
    const rated = messages.find(({ author, rating }) => author === "assistant" && rating === undefined);
    if (rated) await node.conversations.rateMessage(conversationId, rated.messageId, "up");
  },
  async take(node, conversationId, id) {
    const notice = {
      messageId: `n-${id}`,
      text: "Li has joined.",
      notice: { kind: "agent-joined", name: "Li" },
    } as const;
    await node.responders.hand(conversationId, { ...hand, from: ["assistant"], to: li, notice });
  },
  async say(node, conversationId, id) {
    await node.responders.say(conversationId, "li", { messageId: `s-${id}`, text: `said ${id}`, name: "Li" });
  },
  async handBack(node, conversationId, id) {
    const notice = { messageId: `n-${id}`, text: "Li has left.", notice: { kind: "agent-left", name: "Li" } } as const;
    const reopen = `t-${id}`;
    await node.responders.hand(conversationId, {
      ...hand,
      from: ["agent:li"],
      to: { kind: "assistant" },
      notice,
      reopen,
    });
  },
  async restore(node, conversationId, id) {
    const conversation = await node.conversations.read(conversationId);
    if (conversation === null) return;
    // As if it had been shown earlier, and with one that was said meanwhile.
    const [first, ...others] = conversation.messages;
    const earlier = first ? [{ ...first, at: first.at - 1 }] : [];
    const meanwhile = {
      messageId: `r-${id}`,
      author: "agent",
      name: "Li",
      text: `kept ${id}`,
      at: Date.now(),
    } as const;
    const kept = { ...conversation, messages: [...earlier, ...others, meanwhile], running: null, waiting: null };
    await node.restorer.restore({ conversation: kept, turns: [] });
  },
} as const satisfies Record<string, (node: RedisEngines, conversationId: string, id: string) => Promise<void>>;

const kinds = Object.keys(changes) as (keyof typeof changes)[];
const step = fc.record({ kind: fc.constantFrom(...kinds), byTwo: fc.boolean(), reads: fc.boolean() });

test("C2 N4 whatever is changed by whichever node, a node with a copy reads what one reads that has none", async () => {
  const isTheSame = async (steps: readonly { kind: keyof typeof changes; byTwo: boolean; reads: boolean }[]) => {
    const { one, two, fresh } = openNodes();
    const { conversationId } = await one.conversations.open(caller("li"));
    for (const [at, { kind, byTwo, reads }] of steps.entries()) {
      await changes[kind](byTwo ? two : one, conversationId, `m${at}`);
      if (!reads) continue;
      const read = await fresh().conversations.read(conversationId);
      for (const node of [one, two]) expect(await node.conversations.read(conversationId)).toEqual(read);
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), isTheSame), { numRuns: 60 });
});

test("copies beyond so many, or beyond so much text, are thrown away, the oldest first", () => {
  const copies = new Copies();
  const messages = [{ messageId: "m", author: "customer", text: "", at: 0 }] as const;
  const put = (id: string, chars: number) => copies.put(id, { edition: "1", messages, chars });
  for (let at = 0; at < 5_001; at++) put(`c${at}`, 1);
  expect([copies.get("c0"), copies.get("c1")?.chars]).toEqual([undefined, 1]);
  put("c1", 1);
  put("long", 50_000_000 - 2);
  expect([copies.get("c4999"), copies.get("c5000"), copies.get("c1")].map((copy) => copy?.chars)).toEqual([
    undefined,
    1,
    1,
  ]);
  copies.drop("long");
  put("next", 50_000_000 - 2);
  expect(copies.get("c5000")?.chars).toBe(1);
});
