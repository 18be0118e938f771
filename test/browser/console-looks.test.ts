import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { wireError } from "../../src/contract/errors.ts";
import type { AgentsServer } from "../support/agents-server.ts";
import { fillFloor, fillThread } from "../support/busy-floor.ts";
import { looks, violationsIn } from "./axe.ts";
import { type AgentPage, openAgent, openConsoleServer } from "./console-page.ts";
import { eventually } from "./eventually.ts";
import { openBrowser } from "./shop.ts";
import { phone, type VisitOptions } from "./visitor.ts";

let browser: Browser;
let server: AgentsServer;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await openConsoleServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** An agent before a full inbox, at a thread with everything in it. */
async function openBusy(options: VisitOptions = {}): Promise<AgentPage> {
  fillFloor(server.floor, 40);
  fillThread(server.floor, "c3");
  const agent = await openAgent(browser, server.url, options);
  await agent.page.locator(".tabs button").nth(3).click();
  await agent.row("c3").click();
  await agent.items.locator("table").waitFor();
  return agent;
}

test.for(looks)("nothing is inaccessible in any state: $look", { timeout: 90_000 }, async ({ look, options }) => {
  const check = async ({ page }: AgentPage, state: string) =>
    expect.soft(await violationsIn(page), `${look}: ${state}`).toEqual([]);
  await using empty = await openAgent(browser, server.url, options);
  await check(empty, "empty");

  await using agent = await openBusy(options);
  const { page } = agent;
  server.floor.stream("c3", "**正在**写", "t3");
  await agent.items.locator(".streaming").waitFor();
  server.tell("typing:changed", { conversationId: "c3", author: "customer", active: true });
  server.tell("tier:changed", { tier: "degraded" });
  await check(agent, "live");
  server.floor.respond("c3", "wang");
  await page.locator('.bar[data-by="agent"]').waitFor();
  await check(agent, "taken by another");
  server.floor.respond("c3", "li");
  await page.locator('.bar[data-by="me"]').waitFor();
  await agent.field.fill("/");
  await page.locator(".menu").waitFor();
  await check(agent, "canned replies");
  await agent.field.fill("");
  await agent.field.press("Escape");
  for (const key of ["b", "x", "e", "?"]) {
    await page.keyboard.press(key);
    await page.locator("dialog").waitFor();
    await check(agent, `dialog ${key}`);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  }
  await page.keyboard.press("n");
  await check(agent, "note");
  server.scripts["draft:request"] = () => ({ draftId: "d" });
  await agent.field.press("Escape");
  await page.keyboard.press("d");
  await page.locator('.draft[data-state="writing"]').waitFor();
  server.tell("draft:delta", { draftId: "d", offset: 0, text: "草稿" });
  await check(agent, "draft");
  server.scripts["message:send"] = () => {
    throw new Error("broken");
  };
  await agent.field.fill("发不出去");
  await agent.field.press("Enter");
  await agent.items.locator('[data-state="failed"]').waitFor();
  server.door.refuse = () => wireError("unavailable", undefined, 60_000);
  server.cut();
  await page.locator('.link-bar[data-state="reconnecting"]').waitFor();
  await check(agent, "failed, reconnecting");
  expect(agent.complaints).toEqual([]);
});

test("the form to sign in is accessible, also when it says why nobody was let in", async () => {
  server.door.refuse = () => wireError("token-expired");
  await using context = await browser.newContext({ locale: "zh-CN", colorScheme: "dark" });
  const page = await context.newPage();
  await page.goto(`${server.url}/console#token=old`);
  await page.getByText("令牌已过期").waitFor();
  expect(await violationsIn(page)).toEqual([]);
});

test("on a phone there is one pane at a time, with a way back, nothing spills, and all targets are large enough", async () => {
  await using agent = await openBusy(phone);
  const { page } = agent;
  const panes = () =>
    page
      .locator(".panes > *")
      .evaluateAll((all) => all.filter((pane) => pane.checkVisibility()).map((pane) => pane.className));
  const small = () =>
    page.locator("button, input, textarea").evaluateAll((all) =>
      all
        .filter((one) => one.checkVisibility())
        .map((one) => ({ name: one.ariaLabel ?? one.textContent, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < 44)
        .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`),
    );
  const spill = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const look = async (pane: string) => {
    expect(await panes()).toEqual([pane]);
    expect(await small(), pane).toEqual([]);
    expect(await spill(), pane).toBe(0);
  };
  await look("thread");
  await page.locator(".thread .head .end").click();
  await look("customer");
  await page.locator(".customer .head .icon").click();
  await look("thread");
  await page.locator(".thread .head .icon").first().click();
  await look("list");
});

test("the appearance follows the system until one is chosen, and the choice is kept", async () => {
  await using agent = await openAgent(browser, server.url, { colorScheme: "dark" });
  const theme = () => agent.page.evaluate(() => document.documentElement.dataset["theme"]);
  expect(await theme()).toBe("dark");
  await agent.page.emulateMedia({ colorScheme: "light" });
  await eventually(theme).toBe("light");
  await agent.button("外观").click();
  await agent.button("外观").click();
  await eventually(theme).toBe("dark");
  await agent.page.reload();
  await agent.page.locator(".tabs").waitFor();
  expect(await theme()).toBe("dark");
});

test("the language is the browser's until the other one is chosen, and changes at once", async () => {
  await using agent = await openBusy({ locale: "en-US" });
  await agent.page.locator(".bar", { hasText: "AI answers this customer" }).waitFor();
  await agent.button("中文").click();
  await agent.page.locator(".bar", { hasText: "由 AI 接待" }).waitFor();
  expect(await agent.page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
  await agent.page.reload();
  await agent.page.locator(".tabs", { hasText: "等待中" }).waitFor();
});

test("X3: what nobody expects costs its own place and nothing else", async () => {
  await using agent = await openBusy();
  const { page } = agent;
  const say = (message: object) => server.tellRaw("message:added", { conversationId: "c3", message });
  const now = Date.now();
  say({ messageId: "x1", author: "system", text: "words of its own", at: now + 1, notice: { kind: "unheard-of" } });
  say({ messageId: "x2", author: "customer", text: `${"长".repeat(50_000)}${"w".repeat(5_000)}`, at: now + 2 });
  say({
    messageId: "x3",
    author: "assistant",
    text: "odd cards",
    at: 1e300,
    turnId: "odd",
    cards: [null, { kind: "boat" }],
  });
  say({
    messageId: "x4",
    author: "assistant",
    text: "bad money",
    at: now + 3,
    turnId: "odd2",
    cards: [{ kind: "product", currency: "?" }],
    outcome: "exploded",
  });
  say({ messageId: "x5", author: "customer", text: "\u202Eright to left", at: now + 4 });
  say({ messageId: "x6", author: "customer", text: "still here", at: now + 5 });
  await agent.items.getByText("still here").waitFor();
  await agent.items.getByText("words of its own").waitFor();
  await agent.items.getByText("bad money").waitFor();
  server.tellRaw("inbox:changed", { conversations: [{ conversationId: "c3", page: 7, responder: null }], gone: [] });
  server.floor.put("c3", { customer: { name: "名".repeat(200), class: "vip" }, reason: "r".repeat(400) });
  await page.locator("h2", { hasText: "名名名" }).first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(await page.locator(".log").evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
  expect(agent.complaints).toEqual([]);
});

test("the page that the customer is on becomes a link only when it is one of the web", async () => {
  server.floor.put("a", {}, { page: { url: "javascript:alert(1)", title: "click me" } });
  server.floor.put("b", {}, { page: { url: "https://shop.example/tent", title: "Tent" } });
  await using agent = await openAgent(browser, server.url);
  await agent.open("a");
  await agent.page.locator(".customer dd", { hasText: "click me" }).waitFor();
  expect(await agent.page.locator(".customer a").count()).toBe(0);
  await agent.open("b");
  expect(await agent.page.locator(".customer a").getAttribute("href")).toBe("https://shop.example/tent");
});

test("a conversation that somebody else ends while it is open stays to be read, and says that it is gone", async () => {
  await using agent = await openBusy();
  await agent.field.fill("半句话");
  server.floor.say("c3", {
    messageId: "r",
    author: "system",
    text: "",
    at: Date.now(),
    notice: { kind: "resolved", name: "小王" },
  });
  server.floor.remove("c3");
  await agent.page.locator(".bar", { hasText: "该会话已不在列表中" }).waitFor();
  await agent.items.getByText("小王 已完结会话").waitFor();
  expect(await agent.field.inputValue()).toBe("半句话");
  server.floor.put("c3");
  await agent.page.locator('.bar[data-by="assistant"]').waitFor();
  expect(await agent.field.inputValue()).toBe("半句话");
});
