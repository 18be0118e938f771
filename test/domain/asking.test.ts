import { beforeEach, expect, test } from "vitest";
import type { Conversations } from "../../src/domain/conversations.ts";
import type { Standing } from "../../src/domain/line.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { Worker } from "./worker.ts";

let clock: VirtualClock;
let store: SharedStore;
let own: Worker;
let conversationId: string;
/** What the store waits for before it takes the question of that id. */
let slow: Map<string, Promise<void>>;
/** Where the assistant has put somebody. */
let stood: Standing[];

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  slow = new Map();
  stood = [];
  const conversations: Pick<Conversations, "ask"> = {
    ask: async (id, question) => {
      await slow.get(question.messageId);
      return own.side.conversations.ask(id, question);
    },
  };
  const engine = () => own.side.conversations;
  // CAST: the proxy has whatever the engine has.
  const slowly = new Proxy({} as Conversations, {
    get: (_, name) => Reflect.get(name === "ask" ? conversations : engine(), name),
  });
  const stands = (_: string, standing: Standing) => void stood.push(standing);
  own = new Worker({ nodeId: "own", store, clock, parts: { conversations: slowly, stands } });
  conversationId = (await engine().open(caller("li"))).conversationId;
  await everybodyWaits();
});

const ask = (messageId: string) => own.assistant.ask(conversationId, { messageId, text: "?" });
const find = () => store.engines.line.find(conversationId);
const pauseAll = () => store.engines.line.steer({ pause: { classes: ["guest"], ms: 5_000 } });

async function endAnswer(): Promise<void> {
  own.relay.last.write("!");
  own.relay.last.end();
  await pass(clock, 200, 20);
}

test("A4 S5 a question that is stored after the end of the answer behind which it was asked is answered too", async () => {
  await ask("m1");
  await pass(clock, 100, 20);
  const taken = Promise.withResolvers<void>();
  slow.set("m2", taken.promise);
  const asked = ask("m2");
  await pass(clock, 100, 20);
  await endAnswer();
  taken.resolve();
  await asked;
  await pass(clock, 200, 20);
  expect(own.relay.attempts).toHaveLength(2);
});

test("A4 A6 where nobody may begin it stands in line from then on, and is told where", async () => {
  await ask("m1");
  await pass(clock, 100, 20);
  const taken = Promise.withResolvers<void>();
  slow.set("m2", taken.promise);
  const asked = ask("m2");
  await pass(clock, 100, 20);
  await pauseAll();
  await endAnswer();
  expect(await find()).toBeNull();
  taken.resolve();
  await asked;
  await pass(clock, 100, 20);
  expect([await find(), stood]).toMatchObject([{ position: 1 }, [{ position: 1 }]]);
});

test("A4 A6 a question that is sent again while it is answered keeps no place behind its answer", async () => {
  await ask("m1");
  await pass(clock, 100, 20);
  expect(await ask("m1")).toMatchObject({ repeated: true });
  await pauseAll();
  await endAnswer();
  expect([await find(), (await store.stored(conversationId)).waiting]).toEqual([null, null]);
  expect(own.admission.isBusy).toBe(false);
});

test("A4 A6 a question that is sent again after its answer keeps no place in line", async () => {
  await ask("m1");
  await pass(clock, 100, 20);
  await endAnswer();
  await pauseAll();
  expect(await ask("m1")).toMatchObject({ repeated: true });
  expect(await find()).toBeNull();
});

test("A4 a question that is sent again takes no place from one that is asked beside it", async () => {
  await ask("m1");
  await pass(clock, 100, 20);
  await endAnswer();
  await pauseAll();
  const taken = Promise.withResolvers<void>();
  slow.set("m2", taken.promise);
  const asked = ask("m2");
  expect(await ask("m1")).toMatchObject({ repeated: true });
  expect(await find()).toMatchObject({ position: 1 });
  taken.resolve();
  await asked;
  await pass(clock, 6_000, 100);
  expect(own.relay.attempts).toHaveLength(2);
});
