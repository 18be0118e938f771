import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCustomer } from "../support/customer.ts";
import { answering, type Received, ShopServer, silent, webhookSecret } from "../support/hook-server.ts";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import { until } from "../support/until.ts";
import { openService, type Service } from "./service.support.ts";

const patience = { timeout: 60_000 };
const patienceMs = 40_000;

/** Two nodes that tell a shop's server of everything. */
interface Stage extends AsyncDisposable {
  readonly shop: ShopServer;
  readonly service: Service;
  /** What the shop was told of the beginning of that conversation. */
  started(conversationId: string): readonly Received[];
}

async function openStage(redis: { readonly env: Readonly<Record<string, string>> }): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const shop = stack.use(await ShopServer.open());
  stack.defer(() => expect(shop.faults).toEqual([]));
  const path = join(tmpdir(), `tidegate-webhooks-${randomUUID()}.json`);
  const plain = JSON.parse(await readFile(join(import.meta.dirname, "node.json"), "utf8"));
  await writeFile(path, JSON.stringify({ ...plain, webhooks: [{ url: shop.url }] }));
  stack.defer(() => rm(path));
  const env = { TIDEGATE_CONFIG: path, WEBHOOK_SECRET: webhookSecret };
  const service = stack.use(await openService({ redis, env }));
  const started = (conversationId: string) =>
    shop.ofType("conversation.started").filter(({ data }) => data.conversationId === conversationId);
  const open = stack.move();
  return { shop, service, started, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** A conversation begins on that node; gives its id. */
async function begin(url: string): Promise<string> {
  await using guest = await openCustomer(url);
  await guest.answerTo("hello");
  return guest.opened.conversationId;
}

test.concurrent("W1 N2 a node is killed while it delivers: another delivers the same event", patience, async () => {
  await using redis = await openRedis();
  await using stage = await openStage(redis);
  const { shop, service, started } = stage;
  const [dying, other] = service.nodes;
  shop.behave = silent;
  // So that it is the other one that tries.
  other?.child.kill("SIGSTOP");
  const conversationId = await begin(dying?.url ?? "");
  await until("it is tried", () => started(conversationId).length === 1);
  await dying?.kill();
  other?.child.kill("SIGCONT");
  shop.behave = answering(204);
  await until("another tries", () => started(conversationId).length === 2, patienceMs);
  expect(new Set(started(conversationId).map(({ webhookId }) => webhookId)).size).toBe(1);
});

test.concurrent(
  "W1 N2 a node is killed while an event of its own waits for its next try: another delivers it",
  patience,
  async () => {
    await using redis = await openRedis();
    await using stage = await openStage(redis);
    const { shop, service, started } = stage;
    const [dying] = service.nodes;
    shop.behave = answering(503);
    const conversationId = await begin(dying?.url ?? "");
    await until("it was tried", () => started(conversationId).length === 1);
    await dying?.kill();
    shop.behave = answering(200);
    await until("another tries", () => started(conversationId).length === 2, patienceMs);
  },
);

test.concurrent("W2 many events of both nodes are delivered once each, by whichever node", patience, async () => {
  await using cluster = await openRedisCluster(3);
  await using stage = await openStage(cluster);
  const { service, started } = stage;
  const ids = await Promise.all(Array.from({ length: 40 }, (_, at) => begin(service.urls[at % 2] ?? "")));
  await until("all are told", () => ids.every((id) => started(id).length > 0));
  expect(ids.flatMap((id) => started(id))).toHaveLength(ids.length);
  expect(service.faults).toEqual([]);
});

test.concurrent("N4 what happens while Redis is away is told when it is back", patience, async () => {
  await using redis = await openRedis({ appendonly: true });
  await using stage = await openStage(redis);
  const { shop, service, started } = stage;
  const [one = "", two = ""] = service.urls;
  await begin(one);
  await redis.kill();
  const ids = [await begin(one), await begin(two)];
  expect(shop.received).toHaveLength(1);
  await redis.start();
  for (const id of ids) await until("it is told", () => started(id).length > 0, patienceMs);
  expect(new Set(shop.ids).size).toBe(3);
  expect(service.faults).toEqual([]);
});
