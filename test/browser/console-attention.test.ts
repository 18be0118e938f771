import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { wireError } from "../../src/contract/errors.ts";
import type { AgentsServer } from "../support/agents-server.ts";
import { openAgent, openConsoleServer } from "./console-page.ts";
import { eventually } from "./eventually.ts";
import { openBrowser } from "./shop.ts";

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

declare global {
  interface Window {
    notified: string[];
    played: number;
  }
}

/** Runs in the page: notifications are allowed and written down, sounds are counted, and nobody looks. */
function watched(): void {
  window.notified = [];
  window.played = 0;
  window.Notification = class extends EventTarget {
    static requestPermission = async () => "granted" as const;
    constructor(_title: string, { body = "" }: NotificationOptions = {}) {
      super();
      window.notified.push(body);
    }
    close(): void {}
  } as unknown as typeof Notification; // CAST: as much of it as the page uses
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) {
    window.played++;
    start.apply(this, given);
  };
  Object.defineProperty(document, "hidden", { get: () => true });
}

const waits = { responder: { kind: "nobody" }, waitingSince: Date.now() } as const;

test("a new customer who waits is told by title, notification and sound once these are wished for, and no other way", async () => {
  await using agent = await openAgent(browser, server.url, { before: watched });
  const { page } = agent;
  const heard = () => page.evaluate(() => [window.notified.length, window.played]);
  const title = await page.title();
  server.floor.put("a", { ...waits, customer: { name: "韩梅梅", class: "vip" } });
  await eventually(() => page.title()).toBe(`(1) ${title}`);
  expect(await heard()).toEqual([0, 0]);
  await agent.button("提示音").click();
  await agent.button("浏览器通知").click();
  await eventually(() => agent.button("浏览器通知").getAttribute("aria-pressed")).toBe("true");
  server.floor.put("b", { ...waits, customer: { name: "李雷", class: "guest" } });
  await eventually(() => page.evaluate(() => window.notified)).toEqual(["李雷 在等待人工"]);
  expect(await page.evaluate(() => window.played)).toBe(2);
  await eventually(() => page.title()).toBe(`(2) ${title}`);
  server.floor.respond("a", "wang");
  server.floor.respond("b", "wang");
  await eventually(() => page.title()).toBe(title);
});

test("what happens in the open conversation is said once, in few words, and the loss of the connection at once", async () => {
  server.floor.put("a", { customer: { name: "韩梅梅", class: "vip" } });
  await using agent = await openAgent(browser, server.url);
  await agent.open("a");
  await agent.page.evaluate(() => {
    window.spoken = [];
    for (const region of document.querySelectorAll("[aria-live=polite], [aria-live=assertive]"))
      new MutationObserver(() => window.spoken.push(region.textContent?.trim() ?? "")).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
  });
  server.floor.say("a", { messageId: "m", author: "customer", text: "在吗", at: Date.now(), turnId: "turn-1" });
  for (let at = 0; at < 20; at++) server.floor.stream("a", "字");
  await agent.items.locator(".streaming").waitFor();
  server.floor.end("a");
  const spoken = () => agent.page.evaluate(() => window.spoken);
  await eventually(spoken).toEqual(["韩梅梅：在吗", "AI 正在回复", "AI 回复完毕"]);
  server.cut();
  await eventually(spoken).toEqual(expect.arrayContaining([expect.stringContaining("连接中断"), "已重新连接"]));
});

test("a token that expires at work leads to the form, which says so; what was written is there for the same agent", async () => {
  server.floor.put("a");
  await using agent = await openAgent(browser, server.url);
  const { page } = agent;
  await agent.open("a");
  await agent.field.fill("半句话");
  const { door } = server;
  const open = door.refuse;
  door.refuse = () => wireError("token-expired");
  server.cut();
  await page.getByText("令牌已过期").waitFor();
  door.refuse = open;
  const signIn = async (token: string) => {
    await page.getByLabel("令牌").fill(token);
    await page.keyboard.press("Enter");
    await page.locator(".presence").waitFor();
  };
  await signIn("li");
  expect(await agent.field.inputValue()).toBe("半句话");
  await agent.button("退出登录").click();
  await signIn("li");
  await agent.open("a");
  expect(await agent.field.inputValue()).toBe("");
});
