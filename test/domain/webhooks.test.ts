import { beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../src/contract/shapes.ts";
import { webhookEvents } from "../../src/contract/webhooks.ts";
import { Outage } from "../../src/domain/outage.ts";
import type { Step } from "../../src/domain/steps.ts";
import { type Delivery, type Endpoint, type WebhookReport, Webhooks } from "../../src/domain/webhooks.ts";
import { MemoryConversations } from "../../src/engines/memory/conversations.ts";
import { MemoryResponders } from "../../src/engines/memory/responders.ts";
import { MemoryWebhooks } from "../../src/engines/memory/webhooks.ts";
import { MemoryWorld } from "../../src/engines/memory/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const all: Endpoint = { url: "https://shop.example/all", includeTexts: false };
const texts: Endpoint = { url: "https://shop.example/texts", includeTexts: true };
const rated: Endpoint = { url: "https://shop.example/rated", includeTexts: false, events: ["conversation.rated"] };
const lei = { customerId: "lei", role: "customer", class: "vip", name: "Li Lei", expiresAt: undefined } as const;

const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

let clock: VirtualClock;
let world: MemoryWorld;
let conversations: MemoryConversations;
let conversationId: string;
let isAway: boolean;
let reports: WebhookReport[];
let gone: Set<string>;

/** A queue that cannot be reached while `isAway`. */
class Unsteady extends MemoryWebhooks {
  override async put(url: string, deliveries: readonly Delivery[]): Promise<number> {
    if (isAway) throw new Outage();
    return super.put(url, deliveries);
  }
}

let queue: Unsteady;
let ids = 0;

beforeEach(async () => {
  clock = new VirtualClock();
  const newId = () => `id${ids++}`;
  world = new MemoryWorld({ clock, newId, lifeMs: 60_000, maxMessages: 200 });
  conversations = new MemoryConversations(world);
  conversationId = (await conversations.open(lei)).conversationId;
  queue = new Unsteady(clock);
  isAway = false;
  reports = [];
  gone = new Set();
});

function open(): Webhooks {
  return new Webhooks({
    endpoints: [all, texts, rated],
    queue,
    conversations,
    clock,
    newId: () => `rating${ids++}`,
    isGone: (url) => gone.has(url),
    queued: () => {},
    report: (event) => reports.push(event),
    onFault: (fault) => {
      throw fault;
    },
  });
}

const message = (messageId: string, more: Partial<Message> = {}): Message => ({
  messageId,
  author: "customer",
  text: "Where is my order?",
  at: Date.UTC(2026, 10, 11),
  ...more,
});
const added = (said: Message, isFirst = false): Step => ({
  kind: "message-added",
  conversationId,
  message: said,
  isFirst,
});
const notice = (kind: NonNullable<Message["notice"]>["kind"], name?: string): Step =>
  added(message(`n-${kind}`, { author: "system", text: "said", notice: { kind, ...(name && { name }) } }));

async function queued({ url }: Endpoint) {
  const { claims } = await queue.claim(url, 1_000, 60_000);
  return claims.map(({ webhookId, body }) => {
    const event = JSON.parse(body);
    // CAST: an unknown one is a fault.
    webhookEvents[event.type as keyof typeof webhookEvents].data.strict().parse(event.data);
    return { webhookId, ...event };
  });
}

describe("what the shop is told", () => {
  test("the first question begins a conversation, and no other message does", async () => {
    const webhooks = open();
    webhooks.step(added(message("m1"), true));
    webhooks.step(added(message("m2")));
    webhooks.step(added(message("a1", { author: "assistant" })));
    await settled();
    expect(await queued(all)).toEqual([
      {
        webhookId: `conversation-started_${conversationId}_m1`,
        type: "conversation.started",
        timestamp: "2026-11-11T00:00:00.000Z",
        data: { conversationId, customer: { id: "lei", class: "vip", name: "Li Lei" }, messageId: "m1" },
      },
    ]);
  });

  test("H4 every change of hands is told with what has changed and the agent's name", async () => {
    const webhooks = open();
    webhooks.step(notice("person-requested"));
    webhooks.step(notice("agent-joined", "Wang"));
    webhooks.step(notice("agent-lost", "Wang"));
    webhooks.step(notice("resolved", "Wang"));
    await settled();
    expect((await queued(all)).map(({ type, data: { change, agent } }) => [type, change, agent?.name])).toEqual([
      ["conversation.handed_off", "person-requested", undefined],
      ["conversation.handed_off", "agent-joined", "Wang"],
      ["conversation.handed_off", "agent-lost", "Wang"],
      ["conversation.resolved", undefined, "Wang"],
    ]);
  });

  test("opinions are told, each as one of its own", async () => {
    const webhooks = open();
    for (const score of [5, 5])
      webhooks.step({ kind: "conversation-rated", conversationId, score, comment: score === 5 ? "fine" : undefined });
    webhooks.step({ kind: "message-rated", conversationId, messageId: "a1", value: "down" });
    await settled();
    const told = await queued(all);
    expect(told.map(({ type, data: { score, comment, value } }) => [type, score ?? value, comment])).toEqual([
      ["conversation.rated", 5, "fine"],
      ["conversation.rated", 5, "fine"],
      ["message.rated", "down", undefined],
    ]);
    expect(new Set(told.map(({ webhookId }) => webhookId)).size).toBe(3);
    expect(await queued(rated)).toHaveLength(2);
  });

  test("X5 what customers write is told to those alone who want texts", async () => {
    const webhooks = open();
    webhooks.step(added(message("m1"), true));
    await settled();
    const wish = { since: 1, reason: "Call me" };
    const said = { messageId: "n", text: "said", notice: { kind: "person-requested" } } as const;
    await new MemoryResponders(world).hand(conversationId, {
      from: ["assistant"],
      to: { kind: "nobody" },
      wish,
      notice: said,
    });
    webhooks.step(notice("person-requested"));
    webhooks.step(notice("resolved"));
    await settled();
    expect((await queued(texts)).map(({ data }) => data.text)).toEqual(["Where is my order?", "Call me", undefined]);
    expect(JSON.stringify(await queued(all))).not.toMatch(/Where is my order|Call me|said/);
  });

  test("W2 two nodes that tell of the same event are one delivery", async () => {
    const nodes = [open(), open()];
    for (const node of nodes) node.step(notice("agent-joined", "Wang"));
    await settled();
    expect(await queued(all)).toHaveLength(1);
  });
});

describe("while the queue cannot be reached", () => {
  test("N4 what happens is held, and put in order when it can be reached again", async () => {
    isAway = true;
    const webhooks = open();
    webhooks.step(added(message("m1"), true));
    webhooks.step(notice("person-requested"));
    await settled();
    clock.advance(1_000);
    await settled();
    expect(await queued(all)).toEqual([]);
    isAway = false;
    clock.advance(1_000);
    await settled();
    expect((await queued(all)).map(({ type }) => type)).toEqual(["conversation.started", "conversation.handed_off"]);
    expect(reports).toEqual([]);
  });

  test("W3 so many are held; the oldest are dropped, and that is reported", async () => {
    isAway = true;
    const webhooks = open();
    for (let at = 0; at < 20_005; at++) webhooks.step(added(message(`m${at}`), true));
    const lost = reports
      .filter(({ url }) => url === all.url)
      .reduce((sum, each) => sum + ("count" in each ? each.count : 0), 0);
    expect(lost).toBe(5);
    await settled();
    isAway = false;
    clock.advance(1_000);
    for (let i = 0; i < 1_000; i++) await settled();
    const first = await queue.claim(all.url, 1, 60_000);
    expect(first.claims[0]?.webhookId).toContain("_m5");
  });

  test("N3 N4 what cannot be put when the node closes is lost, and reported", async () => {
    isAway = true;
    const webhooks = open();
    webhooks.step(added(message("m1"), true));
    await settled();
    await webhooks.close();
    expect(reports).toEqual([all, texts].map(({ url }) => ({ kind: "dropped", url, count: 1 })));
  });
});

test("C1 an event of a conversation that is gone is lost, and reported", async () => {
  const webhooks = open();
  clock.advance(120_000);
  webhooks.step(notice("agent-joined", "Wang"));
  await settled();
  expect(reports).toEqual([all, texts].map(({ url }) => ({ kind: "dropped", url, count: 1 })));
});

test("nothing is put for an endpoint that is gone", async () => {
  gone.add(all.url);
  const webhooks = open();
  webhooks.step(notice("agent-joined", "Wang"));
  await settled();
  expect([(await queued(all)).length, (await queued(texts)).length]).toEqual([0, 1]);
});
