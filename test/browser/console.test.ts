import { afterAll, beforeAll, expect, test } from "vitest";
import type { Summary } from "../../src/contract/shapes.ts";
import { TestAgent, tokenOf } from "../support/agent.ts";
import { counted, long, rich, saying } from "./asks.ts";
import { type AgentPage, openAgent } from "./console-page.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop, secret } from "./shop.ts";
import { openCustomer, type Visitor } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const tokenFor = (name: string) => tokenOf({ sub: `${name}@shop`, role: "agent", name }, secret);

async function openConsole(name = "小李"): Promise<AgentPage> {
  return openAgent(shop.browser, shop.url, { token: await tokenFor(name) });
}

/** The conversation of a customer as it stands in an agent's list of all: found by its last words. */
async function openByWords(agent: AgentPage, words: string): Promise<void> {
  await agent.page.keyboard.press("4");
  await agent.page.locator(".row", { hasText: words }).locator("button").click();
  await agent.field.waitFor();
}

const lastSaidTo = ({ panel }: Visitor) => panel.locator(".by-person .text").last();

test("H1, H5: an agent sees an answer while it is written, unseen, takes over in mid-sentence, answers and hands back", async () => {
  await using customer = await openCustomer(shop);
  await using agent = await openConsole();
  await customer.ask(saying(counted(500), { delta: 60, chars: 5 }, "看着写"));
  await customer.grownTo(40);
  await openByWords(agent, "0");
  const answer = agent.items.locator('[data-by="assistant"] .text').last();
  await eventually(async () => (await answer.textContent())?.length ?? 0).toBeGreaterThan(80);
  await agent.page.locator(".bar", { hasText: "AI 正在回复" }).waitFor();
  expect(await customer.panel.getByText("小李").count()).toBe(0);

  await agent.page.keyboard.press("t");
  await agent.page.locator(".bar", { hasText: "由您接待" }).waitFor();
  await agent.items.locator('[data-outcome="interrupted"]').waitFor();
  await agent.field.fill("您好，我是小李。");
  await agent.field.press("Enter");
  await eventually(() => lastSaidTo(customer).textContent()).toBe("您好，我是小李。");
  expect(await agent.items.getByText("您好，我是小李。").count()).toBe(1);

  await customer.ask("好的谢谢");
  await agent.items.getByText("好的谢谢").waitFor();
  await agent.field.press("Escape");
  await agent.page.keyboard.press("b");
  await agent.page.locator("dialog textarea").fill("已说明");
  await agent.page.locator("dialog .main").click();
  await agent.page.locator('.bar[data-by="assistant"]').waitFor();
  await agent.page.keyboard.press("Escape");
  await agent.page.keyboard.press("Enter");
  await agent.items.locator('[data-by="handback"]', { hasText: "已说明" }).waitFor();
  expect(agent.complaints).toEqual([]);
});

test("H2: who comes second reads who has it, and can leave a note but no reply", async () => {
  await using customer = await openCustomer(shop);
  await using first = await openConsole("小李");
  await using second = await openConsole("小王");
  await customer.ask(saying("我来回答", {}, "抢单"));
  await customer.ended(1);
  await openByWords(second, "我来回答");
  await openByWords(first, "我来回答");
  await first.page.keyboard.press("t");
  await second.page.locator(".bar", { hasText: "小李 已接管" }).waitFor();
  await second.field.fill("我也来");
  await second.field.press("Enter");
  await second.page.locator(".toast", { hasText: "小李 已接管" }).waitFor();
  expect(await second.field.inputValue()).toBe("我也来");
  await second.field.press("Escape");
  await second.page.keyboard.press("n");
  await second.field.fill("他是老顾客");
  await second.field.press("Enter");
  await first.items.locator('[data-by="note"]', { hasText: "他是老顾客" }).waitFor();
  expect(await customer.panel.getByText("他是老顾客").count()).toBe(0);
});

test("a customer who asks for a person is counted in the title, waits in the list, and is transferred and resolved", async () => {
  await using other = await new TestAgent(shop.url, await tokenFor("Wang")).connected();
  await other.openInbox();
  await using agent = await openConsole();
  await using customer = await openCustomer(shop);
  await customer.ask("转人工");
  await eventually(() => agent.page.title()).toMatch(/^\(1\) /);
  await agent.page.keyboard.press("2");
  const row = agent.page.locator(".row button").first();
  expect(await row.getAttribute("data-waits")).toBe("true");
  await agent.page.keyboard.press("j");
  await agent.page.keyboard.press("Enter");
  await agent.page.locator('.bar[data-by="waiting"]').waitFor();
  await agent.page.keyboard.press("t");
  await agent.page.locator('.bar[data-by="me"]').waitFor();
  await eventually(() => agent.page.title()).not.toMatch(/^\(/);
  await agent.field.press("Escape");
  await agent.page.keyboard.press("x");
  await agent.page.locator("dialog label", { hasText: "Wang" }).click();
  await agent.page.locator("dialog .main").click();
  await agent.page.locator(".toast", { hasText: "已转交" }).waitFor();
  const isTheirs = ({ responder }: Summary) => responder.agentId === "Wang@shop";
  const { conversations } = await other.fact("inbox:changed", (fact) => fact.conversations.some(isTheirs));
  const conversationId = conversations.find(isTheirs)?.conversationId ?? "";
  await other.ask("conversation:resolve", { conversationId });
  const lines = ["您已请求人工客服", "小李 已接入", "已转接给 Wang", "本次咨询已结束，还有问题可以直接输入"];
  await eventually(() => customer.panel.locator(".system").allTextContents()).toEqual(lines);
});

test("H5, N3: over a lost connection the console shows a red bar, and then everything that was missed, once", async () => {
  await using customer = await openCustomer(shop);
  await using agent = await openConsole();
  await customer.ask(long(500, { delta: 60, chars: 5 }));
  await customer.grownTo(40);
  await agent.page.keyboard.press("3");
  await agent.page.locator(".row button").first().click();
  await agent.items.locator('[data-by="assistant"]').first().waitFor();
  await agent.context.setOffline(true);
  await agent.page.locator(".link-bar").waitFor();
  await customer.ask("还有一个问题");
  await agent.context.setOffline(false);
  await agent.page.locator(".link-bar").waitFor({ state: "detached" });
  await customer.ended(2);
  const text = () => agent.items.locator('[data-by="assistant"] .text').first().textContent();
  await eventually(text).toBe(await customer.answers.first().locator(".text").textContent());
  expect(await agent.items.getByText("还有一个问题", { exact: true }).count()).toBe(1);
});

test("an AI draft streams above the box, Tab inserts it, and nothing of it is sent by itself", async () => {
  await using customer = await openCustomer(shop);
  await using agent = await openConsole();
  await customer.ask(saying("草稿之前", {}, "拟稿"));
  await customer.ended(1);
  await openByWords(agent, "草稿之前");
  await agent.page.keyboard.press("Escape");
  await agent.page.keyboard.press("k");
  await agent.page.keyboard.press("Enter");
  await agent.field.waitFor();
  await agent.page.keyboard.press("d");
  await agent.page.locator('.draft[data-state="ended"]').waitFor();
  const draft = (await agent.page.locator(".draft .text").textContent()) ?? "";
  expect(draft.length).toBeGreaterThan(0);
  await agent.field.press("Tab");
  expect(await agent.field.inputValue()).toBe(draft);
  expect(await agent.page.locator(".draft").count()).toBe(0);
  expect(await customer.panel.locator(".by-person").count()).toBe(0);
});

test("X4: what customers and the model write is text: nothing of it is executed, fetched or made into markup", async () => {
  await using customer = await openCustomer(shop);
  await using agent = await openConsole();
  const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>`;
  await customer.ask(`${hostile}${saying(`${rich} ${hostile} [x](javascript:alert(3)) 终点`)}`);
  await customer.ended(1);
  await openByWords(agent, "终点");
  await agent.items.locator("table").waitFor();
  expect(await agent.items.locator("img, script, a[href^=javascript]").count()).toBe(0);
  expect(agent.complaints).toEqual([]);
});

test("X1: a customer's token is told that it does not belong to an agent, and no token stays in the address", async () => {
  await using page = await shop.browser.newContext({ locale: "en-US" });
  const tab = await page.newPage();
  await tab.goto(`${shop.url}/console#token=${await tokenOf({ sub: "c", role: "customer" }, secret)}`);
  await tab.getByText("This token does not belong to an agent.").waitFor();
  expect(tab.url()).toBe(`${shop.url}/console`);
  await tab.getByLabel("Token").fill("nonsense");
  await tab.keyboard.press("Enter");
  await tab.getByText("The token is not valid").waitFor();
  await tab.getByLabel("Token").fill(await tokenFor("Ana"));
  await tab.keyboard.press("Enter");
  await tab.locator(".presence", { hasText: "Ana" }).waitFor();
  await tab.reload();
  await tab.locator(".presence", { hasText: "Ana" }).waitFor();
});
