import { beforeEach, expect, test } from "vitest";
import type { FactName } from "../../src/contract/events.ts";
import { Outage } from "../../src/domain/outage.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { live } from "./living.ts";
import { MemberNode } from "./member-node.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits } from "./stoppable-clock.ts";
import { runningIn } from "./worker.ts";

let store: SharedStore;
let one: MemberNode;
let two: MemberNode;
let conversationId: string;

beforeEach(async () => {
  let ids = 0;
  store = new SharedStore(new VirtualClock(), () => `id${ids++}`);
  one = await MemberNode.open("one", store);
  two = await MemberNode.open("two", store);
  conversationId = (await one.keeping.conversations.open(caller("li"))).conversationId;
  await ask(one, "first");
  one.relay.last.write("The tide ");
  await live(1_000, one, two);
});

async function ask(node: MemberNode, text: string): Promise<void> {
  await node.assistant.ask(conversationId, { messageId: `m-${text}`, text });
  await everybodyWaits();
}

/** Ends the answer that the node writes, as its relay does. */
async function finish(node: MemberNode, text: string): Promise<void> {
  node.relay.last.write(text);
  node.relay.last.end();
  await everybodyWaits();
}

const said = async () => (await store.stored(conversationId)).messages.map(({ text }) => text);

const kinds = ({ events }: MemberNode) => events.map(({ kind }) => kind);

test("N2 A8 what a killed node was answering goes on at another one within three seconds, and ends", async () => {
  await live(2_900, two);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "two1", epoch: 2 });
  await finish(two, " comes.");
  expect(await said()).toEqual(["first", "The tide comes."]);
  expect(kinds(two)).toEqual(["orphaned"]);
});

test("N4 while the store is away a node goes on, and everything is in it afterwards, once", async () => {
  const wang = (await one.keeping.conversations.open(caller("wang"))).conversationId;
  for (const { wire } of [one, two]) wire.cut();
  await live(5_000, one, two);
  await ask(one, "second");
  await finish(one, "comes.");
  const second = one.relay.last;
  second.write("Yes");
  await one.assistant.ask(wang, { messageId: "w1", text: "?" });
  for (const { wire } of [one, two]) wire.mend();
  await live(1_000, one, two);
  expect(await said()).toEqual(["first", "second", "The tide comes."]);
  expect(await store.stored(conversationId)).toMatchObject({ running: { owner: "one1", epoch: 1 }, logged: "Yes" });
  expect(await store.engines.nodes.work("one1")).toEqual([conversationId, wang]);
  second.end();
  await everybodyWaits();
  expect((await said()).at(-1)).toBe("Yes");
  expect([one.faults, two.faults]).toEqual([[], []]);
});

test("N4 S11 who looks at a conversation is told what was said on other nodes while this one could not hear", async () => {
  const told: string[] = [];
  const send = (name: FactName, payload: object) => {
    if (name === "message:added" && "message" in payload) told.push((payload.message as { text: string }).text);
  };
  one.audience.watch(conversationId, { clogged: false, send });
  one.wire.cut();
  await live(1_000, one, two);
  await two.keeping.conversations.open(caller("li"));
  await ask(two, "elsewhere");
  one.wire.mend();
  await live(1_000, one, two);
  expect(told).toContain("elsewhere");
});

test("N1 a node that was held for dead goes on under another name, with what nobody has taken over", async () => {
  await two.membership.close();
  await store.engines.nodes.bury("one1", await beatsOf("one1"));
  await live(1_000, one);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "one2", epoch: 2 });
  await finish(one, "comes.");
  expect(await said()).toEqual(["first", "The tide comes."]);
});

test("N1 A8 a node that was cut off gives up what another one has taken over, though it went on with it alone", async () => {
  one.wire.cut();
  await ask(one, "second");
  await live(4_000, one, two);
  const taken = await runningIn(store, conversationId);
  expect(taken).toMatchObject({ owner: "two1", epoch: 2 });
  one.wire.mend();
  await live(1_000, one, two);
  expect(one.assistant.live(taken.turnId)).toBeUndefined();
  expect(await runningIn(store, conversationId)).toMatchObject({ turnId: taken.turnId, owner: "two1", epoch: 2 });
  await finish(two, " comes.");
  expect((await said()).toSorted()).toEqual(["The tide comes.", "first", "second"]);
});

test("N1 an answer of its own that a node has lost sight of is taken up again when the store is back", async () => {
  const wang = (await one.keeping.conversations.open(caller("wang"))).conversationId;
  await one.keeping.conversations.ask(wang, { messageId: "w1", text: "?" });
  await one.keeping.turns.start(wang);
  await store.engines.nodes.take("one1", wang);
  one.member.mend();
  await live(500, one, two);
  expect(await runningIn(store, wang)).toMatchObject({ owner: "one1", epoch: 2 });
  expect(one.relay.attempts).toHaveLength(2);
});

/** What somebody who looks at the conversation on that node is told from now on. */
function toldAt(node: MemberNode): readonly string[] {
  const told: string[] = [];
  const send = (name: FactName, payload: object) => {
    if (name === "message:added" && "message" in payload) told.push((payload.message as { text: string }).text);
  };
  node.audience.watch(conversationId, { clogged: false, send });
  return told;
}

test("N4 S11 what another node had to say, and could not be read at that moment, is told with the next mending", async () => {
  await ask(two, "elsewhere");
  const told = toldAt(one);
  const { messages } = await store.stored(conversationId);
  one.wire.fate = (name) => (name === "attend" ? "undone" : "done");
  await expect(one.member.retell(conversationId, messages.at(-1)?.at ?? 0)).rejects.toThrow(Outage);
  expect(told).toEqual([]);
  one.wire.mend();
  one.member.mend();
  await live(500, one, two);
  expect(told).toContain("elsewhere");
});

test("N4 S11 a conversation that cannot be read keeps nobody from being told what was missed in others", async () => {
  const wang = (await one.keeping.conversations.open(caller("wang"))).conversationId;
  one.audience.watch(wang, { clogged: false, send: () => {} });
  await ask(two, "elsewhere");
  const told = toldAt(one);
  const { attend } = one.keeping.side.conversations;
  const broken = new Error("broken");
  one.keeping.side.conversations.attend = async (id) => {
    if (id === wang) throw broken;
    return attend(id);
  };
  one.member.missed();
  one.member.mend();
  await live(500, one, two);
  expect([told.includes("elsewhere"), one.faults]).toEqual([true, [broken]]);
  one.member.mend();
  await live(500, one, two);
  expect(one.faults).toHaveLength(1);
});

test("N4 S11 what is missed while what was missed is told, is told too", async () => {
  const told = toldAt(one);
  one.member.missed();
  const { attend } = one.keeping.side.conversations;
  let reads = 0;
  one.keeping.side.conversations.attend = async (id) => {
    const read = await attend(id);
    if (++reads === 1) {
      // Read already, and nobody here hears of it.
      await ask(two, "elsewhere");
      one.member.missed();
    }
    return read;
  };
  one.member.mend();
  await live(500, one, two);
  expect(told).toContain("elsewhere");
});

async function beatsOf(nodeId: string): Promise<number> {
  return (await store.engines.nodes.beat("", false)).beats.get(nodeId) ?? 0;
}
