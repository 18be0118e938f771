import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentsServer } from "../support/agents-server.ts";
import { type AgentPage, openAgent, openConsoleServer } from "./console-page.ts";
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
  for (const at of [0, 1, 2])
    server.floor.put(`c${at}`, { last: { author: "customer", text: `words ${at}`, at: Date.now() - at * 60_000 } });
});
afterEach(() => server[Symbol.asyncDispose]());

const focused = ({ page }: AgentPage) => page.evaluate(() => document.activeElement?.id);

test("by keyboard alone: move, open, take over, reply, note, hand back, and back to the list", async () => {
  await using agent = await openAgent(browser, server.url);
  const { keyboard } = agent.page;
  await keyboard.press("4");
  await keyboard.press("j");
  await eventually(() => focused(agent)).toBe("row-c0");
  await keyboard.press("j");
  await keyboard.press("k");
  await keyboard.press("j");
  await eventually(() => focused(agent)).toBe("row-c1");
  await keyboard.press("Enter");
  await agent.field.waitFor();
  await keyboard.press("t");
  await eventually(() => focused(agent)).toBe("writing");
  await keyboard.type("on it");
  await keyboard.press("Shift+Enter");
  await keyboard.type("right away");
  await keyboard.press("Enter");
  await agent.items.getByText("on it\nright away").waitFor();
  await keyboard.press("Escape");
  await keyboard.press("n");
  await eventually(() => focused(agent)).toBe("writing");
  await keyboard.type("be kind");
  await keyboard.press("Enter");
  await agent.items.locator('[data-by="note"]', { hasText: "be kind" }).waitFor();
  await keyboard.press("Escape");
  await keyboard.press("b");
  await agent.page.locator("dialog").waitFor();
  await keyboard.type("all said");
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await server.commandsOf("conversation:return", 1);
  expect(server.told("conversation:return")).toEqual([{ conversationId: "c1", note: "all said" }]);
  await keyboard.press("Escape");
  await eventually(() => agent.page.locator(".thread .empty").count()).toBe(1);
});

test("no key does anything but write while somebody writes, and none reaches past a dialog", async () => {
  await using agent = await openAgent(browser, server.url);
  await agent.open("c0");
  const letters = "jktrnwsbxed1234?";
  await agent.field.focus();
  await agent.page.keyboard.type(letters);
  expect(await agent.field.inputValue()).toBe(letters);
  expect(await agent.page.locator("dialog").count()).toBe(0);
  await agent.field.fill("");
  await agent.field.press("Escape");
  await agent.page.keyboard.press("?");
  await agent.page.keyboard.press("t");
  await agent.page.keyboard.press("Control+r").catch(() => {});
  expect(server.told("conversation:take")).toEqual([]);
});

test("Enter that takes a candidate of an input method neither sends nor chooses a reply, and Esc that drops one stays", async () => {
  await using agent = await openAgent(browser, server.url);
  await agent.open("c0");
  const input = await agent.context.newCDPSession(agent.page);
  await agent.field.focus();
  await input.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
  const enter = { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 } as const;
  await input.send("Input.dispatchKeyEvent", enter);
  await input.send("Input.dispatchKeyEvent", { ...enter, key: "Escape", code: "Escape" });
  await input.send("Input.insertText", { text: "你好" });
  expect(await agent.field.inputValue()).toBe("你好");
  expect(await focused(agent)).toBe("writing");
  expect(server.told("message:send")).toEqual([]);
  await eventually(async () => {
    await agent.field.press("Enter");
    return server.told("message:send").length;
  }).toBe(1);
});

test("with an input method on and nothing to write into, the keys still do what they say", async () => {
  await using agent = await openAgent(browser, server.url);
  await agent.page.evaluate(() => {
    const press = (init: object) =>
      document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init }));
    press({ key: "4" });
    press({ key: "Process", code: "KeyJ", keyCode: 229 });
  });
  await eventually(() => focused(agent)).toBe("row-c0");
  await agent.page.evaluate(() =>
    document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key: "？", code: "Slash" })),
  );
  await agent.page.locator("dialog").waitFor();
});

test("canned replies open with a stroke, are filtered by typing, chosen by keys, and can be changed for good", async () => {
  await using agent = await openAgent(browser, server.url, { locale: "en-US" });
  await agent.open("c0");
  await agent.page.locator(".log").focus();
  await agent.page.keyboard.press("/");
  await eventually(() => agent.page.locator('[role="option"]').count()).toBe(6);
  await agent.page.keyboard.type("re");
  await eventually(() => agent.page.locator('[role="option"] b').first().textContent()).toBe("refund");
  await agent.page.keyboard.press("ArrowDown");
  await agent.page.keyboard.press("ArrowUp");
  await agent.page.keyboard.press("Enter");
  await eventually(() => agent.field.inputValue()).toMatch(/^Your refund has been requested/);
  expect(server.told("message:send")).toEqual([]);

  await agent.field.fill("Well /");
  await agent.page.keyboard.press("Escape");
  expect(await agent.page.locator(".menu").count()).toBe(0);
  expect(await agent.field.inputValue()).toBe("Well /");
  await agent.field.fill("/");
  await agent.button("Edit canned replies").click();
  await agent.page.locator("dialog input").first().fill("moin");
  await agent.page.locator("dialog textarea").first().fill("Moin moin!");
  await agent.page.locator("dialog .main").click();
  await agent.page.reload();
  await agent.field.waitFor();
  await agent.field.fill("/mo");
  await eventually(() => agent.page.locator('[role="option"] b').first().textContent()).toBe("moin");
});

test("what is being written is kept for each conversation and each kind of it, over a reload too", async () => {
  await using agent = await openAgent(browser, server.url);
  await agent.open("c0");
  await agent.field.fill("to c0");
  await agent.button("备注").click();
  await agent.field.fill("about c0");
  await agent.open("c1");
  await agent.field.fill("to c1");
  await agent.open("c0");
  expect(await agent.field.inputValue()).toBe("to c0");
  await agent.page.reload();
  await agent.field.waitFor();
  expect(await agent.field.inputValue()).toBe("to c0");
  await agent.button("备注").click();
  expect(await agent.field.inputValue()).toBe("about c0");
});

test("everything can be reached by Tab, one row of the list among it", async () => {
  await using agent = await openAgent(browser, server.url);
  await agent.open("c0");
  await agent.page.locator(".presence").focus();
  const names = new Set<string>();
  for (let presses = 0; presses < 40; presses++) {
    await agent.page.keyboard.press("Tab");
    names.add(
      await agent.page.evaluate(() => {
        const { activeElement: active } = document;
        return active?.id || active?.ariaLabel || active?.textContent || "";
      }),
    );
  }
  expect([...names].filter((name) => name.startsWith("row-"))).toEqual(["row-c0"]);
  for (const name of ["提示音", "退出登录", "快捷键", "log", "writing", "备注", "接管t"])
    expect([...names]).toContain(name);
});

test("the presence switch tells the server, and who is away is not rung for", async () => {
  await using agent = await openAgent(browser, server.url);
  await agent.page.getByRole("switch").click();
  await server.commandsOf("presence:set", 1);
  expect(server.told("presence:set")).toEqual([{ state: "away" }]);
  expect(await agent.page.getByRole("switch").getAttribute("aria-checked")).toBe("false");
});
