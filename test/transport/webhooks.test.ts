import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openAgent, type TestAgent } from "../support/agent.ts";
import { freshId, type OpenCustomer, openCustomer } from "../support/customer.ts";
import { answering, ShopServer, webhookSecret } from "../support/hook-server.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const stack = new AsyncDisposableStack();
let shop: ShopServer;
/** Wants texts, and ratings alone of one kind. */
let survey: ShopServer;
let server: TestServer;
let customer: OpenCustomer;
let conversationId: string;

function openServer(): Promise<TestServer> {
  return openTestServer({
    env: { WEBHOOK_SECRET: webhookSecret },
    config: (config) => ({
      ...generous(config),
      webhooks: [
        { url: shop.url, includeTexts: false },
        { url: survey.url, includeTexts: true, events: ["conversation.rated", "conversation.started"] },
      ],
    }),
  });
}

beforeAll(async () => {
  shop = stack.use(await ShopServer.open());
  survey = stack.use(await ShopServer.open());
  server = stack.use(await openServer());
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  customer = await openCustomer(server.url);
  conversationId = customer.opened.conversationId;
});
afterEach(async () => {
  await customer[Symbol.asyncDispose]();
  expect([...shop.faults, ...survey.faults]).toEqual([]);
});

const isOurs = ({ data }: { data: { conversationId: string } }) => data.conversationId === conversationId;
const ofChange = (change: string) =>
  shop.event("conversation.handed_off", (event) => isOurs(event) && event.data.change === change);

test("the shop is told that a conversation has begun, once, and by a signature that it can verify", async () => {
  const messageId = freshId();
  await customer.answerTo("Where is my order?", messageId);
  await customer.answerTo("And my other order?");
  await customer.ask("message:send", { messageId, text: "Where is my order?" });
  const { data, timestamp } = await shop.event("conversation.started", isOurs);
  expect(data).toEqual({
    conversationId,
    messageId,
    customer: { id: expect.stringMatching(/^guest:/), class: "guest" },
  });
  expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(10_000);
  await customer.ask("conversation:rate", { score: 1 });
  await shop.event("conversation.rated", isOurs);
  expect(shop.ofType("conversation.started").filter(isOurs)).toHaveLength(1);
});

test("X5 texts are told to the endpoint alone that wants them, and nobody is told what it did not ask for", async () => {
  await customer.answerTo("Where is my order?");
  const { messageId = "" } = (await customer.fact("turn:ended")).message ?? {};
  await customer.ask("message:rate", { messageId, value: "up" });
  await customer.ask("conversation:rate", { score: 4, comment: "Quick!" });
  const rated = await survey.event("conversation.rated", isOurs);
  expect(rated.data).toMatchObject({ score: 4, comment: "Quick!" });
  expect((await shop.event("message.rated", isOurs)).data).toMatchObject({ messageId, value: "up" });
  expect((await survey.event("conversation.started", isOurs)).data.text).toBe("Where is my order?");
  expect(JSON.stringify(shop.received.map(({ body }) => body))).not.toContain("Where is my order?");
  expect(survey.ofType("message.rated")).toEqual([]);
});

async function withAgent(what: (li: TestAgent) => Promise<void>): Promise<void> {
  await using li = await openAgent(server.url, "Li");
  await what(li);
}

test("H4 the shop is told that a person is asked for, takes, hands back, and closes the matter", () =>
  withAgent(async (li) => {
    await customer.answerTo("hello");
    await customer.ask("agent:request", { reason: "refund" });
    await ofChange("person-requested");
    await li.ask("conversation:take", { conversationId });
    expect((await ofChange("agent-joined")).data).toMatchObject({ agent: { name: "Li" } });
    await li.ask("conversation:return", { conversationId });
    expect((await ofChange("agent-left")).data).toMatchObject({ agent: { name: "Li" } });
    await li.ask("conversation:resolve", { conversationId });
    expect((await shop.event("conversation.resolved", isOurs)).data).toMatchObject({ agent: { name: "Li" } });
    expect(shop.received.some(({ body }) => body.includes("refund"))).toBe(false);
  }));

test("an endpoint that fails is tried again with the same id, and holds up neither customers nor the other endpoint", async () => {
  shop.behave = answering(503);
  await customer.answerTo("hello");
  await survey.event("conversation.started", isOurs);
  await shop.event("conversation.started", isOurs);
  shop.behave = answering(204);
  const [first, second] = await until(
    "a second try",
    () => {
      const tries = shop.ofType("conversation.started").filter(isOurs);
      return tries.length === 2 && tries;
    },
    15_000,
  );
  expect(second?.webhookId).toBe(first?.webhookId);
  expect(second?.body).toBe(first?.body);
  const lines = server.logged.filter(({ webhookId }) => webhookId === first?.webhookId);
  expect(lines).toContainEqual(
    expect.objectContaining({ why: "status 503", host: new URL(shop.url).host, attempt: 1 }),
  );
  const log = JSON.stringify(server.logged);
  for (const secret of [webhookSecret, webhookSecret.slice(6), "/hooks"]) expect(log).not.toContain(secret);
});

test("N3 a server that closes delivers first what is due, and waits for what is under way", async () => {
  await using other = await openServer();
  shop.behave = (response) => setTimeout(() => response.writeHead(204).end(), 300);
  await using guest = await openCustomer(other.url);
  await guest.answerTo("hello");
  await guest.ask("conversation:rate", { score: 2 });
  await other.app.close();
  shop.behave = answering(204);
  const delivered = other.logged.filter(({ msg }) => msg === "webhook delivered");
  // Both endpoints were told of two events.
  expect(delivered).toHaveLength(4);
  const isTheirs = (event: { data: { conversationId: string } }) =>
    event.data.conversationId === guest.opened.conversationId;
  expect(
    shop.received
      .filter(isTheirs)
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual(["conversation.rated", "conversation.started"]);
});
