import { beforeEach, expect, test } from "vitest";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { runningIn, Worker } from "./worker.ts";

let clock: VirtualClock;
let store: SharedStore;
let owner: Worker;
let conversationId: string;

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  owner = new Worker({ nodeId: "owner", store, clock });
  conversationId = (await owner.side.conversations.open(caller("li"))).conversationId;
  await owner.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await everybodyWaits();
  owner.relay.last.write("abc");
  await pass(clock, 200);
});

/** A node on which the customer wishes the answer to stop; `reach` is what it does to reach its owner. */
const elsewhere = (reach: () => Promise<void>) =>
  new Worker({ nodeId: "elsewhere", store, clock, parts: { stopElsewhere: reach } });

const answers = async () => {
  const { messages } = await store.stored(conversationId);
  return messages.filter(({ author }) => author === "assistant").map(({ text, outcome }) => [text, outcome]);
};

test("S10 an answer that another node writes is stopped there, with its text", async () => {
  const turn = await runningIn(store, conversationId);
  const { assistant } = elsewhere(async () => void (await owner.assistant.stop(turn)));
  owner.relay.last.write("def");
  expect(await assistant.stop(turn)).toBe("stopped");
  expect(owner.relay.last.aborted).toBe(true);
  expect(await answers()).toEqual([["abcdef", "stopped"]]);
});

test("S10 S4 an answer whose node does not answer is ended with what was logged, and that node can add nothing", async () => {
  const turn = await runningIn(store, conversationId);
  const { assistant } = elsewhere(async () => {});
  owner.relay.last.write("def");
  expect(await assistant.stop(turn)).toBe("stopped");
  owner.relay.last.write("ghi");
  owner.relay.last.end();
  await everybodyWaits();
  expect(await answers()).toEqual([["abc", "stopped"]]);
  expect(owner.told.at(-1)).toBe("turn-lost");
  // What that node has shown beyond is cut on every page.
  expect((await store.engines.turns.read(turn))?.epoch).toBe(turn.epoch + 1);
});

test("S10 an answer that has ended meanwhile keeps its own end", async () => {
  const turn = await runningIn(store, conversationId);
  const { assistant } = elsewhere(async () => {
    owner.relay.last.end();
    await everybodyWaits();
  });
  expect(await assistant.stop(turn)).toBe("completed");
  expect(await answers()).toEqual([["abc", "completed"]]);
});

test("S10 a question that waits behind another node's answer is taken back from any node", async () => {
  await owner.assistant.ask(conversationId, { messageId: "m2", text: "and?" });
  await everybodyWaits();
  const { waiting } = await store.stored(conversationId);
  if (waiting === null) throw new Error("nothing waits");
  const { assistant } = elsewhere(() => Promise.reject(new Error("not needed")));
  expect(await assistant.stop(waiting)).toBe("stopped");
  expect(await store.stored(conversationId)).toMatchObject({ waiting: null, running: { epoch: 1 } });
});
