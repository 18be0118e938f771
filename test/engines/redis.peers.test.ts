import { afterAll, beforeAll, expect, test } from "vitest";
import type { PeerMessage } from "../../src/domain/peers.ts";
import { openClient, type Store } from "../../src/engines/redis/client.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisPeers } from "../../src/engines/redis/peers.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { openProxy } from "../support/proxy.ts";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const stack = new AsyncDisposableStack();
const keys = new Keys("tidegate");
/** What lies between the speaker's publisher and Redis. */
let line: Awaited<ReturnType<typeof openProxy>>;
let speaker: RedisPeers;
const heard: PeerMessage[] = [];
const deaf: string[] = [];

function clientOf(port: number, purpose: "publisher" | "subscriber"): Store {
  const client = openClient({ kind: "one", url: `redis://127.0.0.1:${port}` }, purpose);
  client.on("error", () => {});
  return stack.adopt(client, (opened) => opened.disconnect());
}

function peersOf(nodeId: string, publisher: Store, subscriber: Store): RedisPeers {
  return new RedisPeers({
    publisher,
    subscriber,
    keys,
    nodeId: () => nodeId,
    hear: (_, message) => heard.push(message),
    deaf: (_, conversationId) => deaf.push(conversationId),
    clock: systemClock,
    onFault: (fault) => {
      throw fault;
    },
  });
}

beforeAll(async () => {
  const { port } = stack.use(await openRedis());
  line = stack.use(await openProxy(port));
  const listener = peersOf("listener", clientOf(port, "publisher"), clientOf(port, "subscriber"));
  await listener.listen("listener");
  const publisher = clientOf(line.port, "publisher");
  speaker = peersOf("speaker", publisher, clientOf(port, "subscriber"));
  await until("the speaker can speak", () => publisher.status === "ready");
});

afterAll(() => stack.disposeAsync());

const added = (conversationId: string): PeerMessage => ({
  kind: "added",
  conversationId,
  message: { messageId: "m1", author: "customer", text: "?", at: Date.now() },
});

const restored = () => heard.filter(({ kind }) => kind === "restored");

test("S11, S5: a node of which something could not be told is told to look at that conversation, once", async () => {
  speaker.send("listener", added("before"));
  await until("a message is heard", () => heard.length === 1);
  await line.refuse();
  speaker.send("listener", added("c1"));
  speaker.send("listener", added("c1"));
  speaker.send("listener", { kind: "restored", conversationId: "c2", since: 7 });
  const text = { kind: "text", ref: { conversationId: "c3", turnId: "t" }, epoch: 1, offset: 0, text: "a" } as const;
  speaker.send("listener", text);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(heard).toHaveLength(1);
  await line.resume();
  await until("what was missed is told", () => restored().length === 2, 5_000);
  const since = expect.any(Number);
  expect(restored()).toEqual([
    { kind: "restored", conversationId: "c1", since },
    { kind: "restored", conversationId: "c2", since: 7 },
  ]);
  expect(deaf).toEqual([]);
});

test("S7: a node that does not listen is told nothing again", async () => {
  speaker.send("nobody", added("c9"));
  await until("it is found deaf", () => deaf.includes("c9"));
});
