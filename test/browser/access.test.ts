import { afterAll, beforeAll, expect, test } from "vitest";
import { counted, long, meeting, rich, saying } from "./asks.ts";
import { looks, violationsOf } from "./axe.ts";
import { openCable } from "./cable.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop } from "./shop.ts";
import { openCustomer, phone, visit } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

test.for(looks)("nothing is inaccessible in any state: $look", { timeout: 60_000 }, async ({ look, options }) => {
  await using cable = await openCable(shop.url);
  await using customer = await visit({ browser: shop.browser, url: cable.url }, options);
  const check = async (state: string, place?: string) =>
    expect.soft(await violationsOf(customer, place), state).toEqual([]);
  await check("launcher", "html");
  await customer.open();
  await check("empty");
  await customer.ask(meeting(`bad-key id=${look.replaceAll(/\W+/g, "-")}`));
  await customer.panel.locator('[data-outcome="failed"]').waitFor();
  await check("failed");
  await customer.ask(saying(rich));
  await customer.ended(2);
  await check("ended", "html");
  await customer.ask(saying(counted(700), { delta: 60, chars: 5 }));
  await customer.grownTo(20);
  await check("streaming");
  await customer.ask("还有一个问题");
  await customer.panel.locator(".chip").waitFor();
  await check("chips");
  cable.cut();
  const bar = customer.panel.locator('.link-bar[data-state="reconnecting"]');
  await eventually(() => bar.evaluate((element) => getComputedStyle(element).opacity)).toBe("1");
  await check("reconnecting");
});

test("by keyboard alone: open, write, send, stop, close; and the focus is back where it was", async () => {
  await using customer = await visit(shop);
  const { keyboard } = customer.page;
  await customer.launcher.focus();
  await keyboard.press("Enter");
  await customer.online();
  await eventually(() => customer.field.evaluate((field) => field.matches(":focus"))).toBe(true);
  await keyboard.type(long(3_000, { delta: 40, chars: 5 }));
  await keyboard.press("Enter");
  await customer.grownTo(20);
  await keyboard.press("Tab");
  expect(await customer.stopButton.evaluate((button) => button.matches(":focus"))).toBe(true);
  await keyboard.press("Enter");
  await customer.panel.locator('[data-outcome="stopped"]').waitFor();
  await keyboard.press("Escape");
  await customer.panel.waitFor({ state: "hidden" });
  expect(await customer.launcher.evaluate((button) => button.matches(":focus"))).toBe(true);
  expect(await customer.launcher.getAttribute("aria-expanded")).toBe("false");
});

test("the focus stays in the panel when the button that has it goes away", async () => {
  await using customer = await openCustomer(shop);
  const focused = () => customer.page.evaluate(nameOfFocus);
  const pressOn = async (name: string) => {
    await customer.panel.getByRole("button", { name, exact: true }).focus();
    await customer.page.keyboard.press("Enter");
    await customer.panel.getByRole("button", { name, exact: true }).waitFor({ state: "detached" });
    expect.soft(await focused(), name).not.toBe("");
  };
  await customer.panel.getByRole("button", { name: "转人工" }).focus();
  await customer.page.keyboard.press("Enter");
  await customer.panel.locator(".notice.wish").waitFor();
  expect.soft(await focused(), "转人工").toContain("转人工");
  await pressOn("知道了");
  await pressOn("有什么优惠券？");
  await customer.ended(1);
  await customer.ask(saying("第一行\n\n".repeat(60), { delta: 60, chars: 5 }));
  await customer.grownTo(60);
  await customer.ask("等一等");
  await pressOn("撤回");
  await customer.panel.locator(".log").hover();
  await customer.page.mouse.wheel(0, -300);
  await pressOn("回到最新消息");
  await customer.field.press("Escape");
  await customer.panel.getByRole("button", { name: "重新提问", exact: true }).waitFor();
  await pressOn("重新提问");
});

test("everything in the panel can be reached by Tab, and nothing outside of it on a phone", async () => {
  await using customer = await openCustomer(shop, { ...phone, hasTouch: false, isMobile: false });
  await customer.ask(saying("好"));
  await customer.ended(1);
  const names = new Set<string>();
  for (let presses = 0; presses < 20; presses++) {
    await customer.page.keyboard.press("Tab");
    names.add(await customer.page.evaluate(nameOfFocus));
  }
  for (const name of ["转人工", "关闭", "对话记录", "复制", "有帮助", "没帮助", "重新提问", "输入消息", "发送"])
    expect(names).toContain(name);
  expect([...names].filter((name) => name.startsWith("page:"))).toEqual([]);
});

/** Runs in the page: what has the focus, told apart by whether it is the widget's. */
function nameOfFocus(): string {
  const inner = document.querySelector("tidegate-widget")?.shadowRoot?.activeElement;
  if (inner) return inner.ariaLabel ?? inner.textContent ?? "";
  return document.activeElement === document.body ? "" : `page:${document.activeElement?.textContent}`;
}

test("Shift+Enter breaks the line, Enter sends, and an empty message goes nowhere", async () => {
  await using customer = await openCustomer(shop);
  const { keyboard } = customer.page;
  await customer.field.focus();
  await keyboard.press("Enter");
  await keyboard.type("  ");
  await keyboard.press("Enter");
  expect(await customer.questions.count()).toBe(0);
  await keyboard.type("第一行");
  await keyboard.press("Shift+Enter");
  await keyboard.type("第二行");
  await keyboard.press("Enter");
  expect(await customer.questions.locator(".bubble").textContent()).toBe("第一行\n第二行");
  expect(await customer.field.inputValue()).toBe("");
});

test("Enter that takes a candidate of an input method never sends, whatever order the browser tells it in; the next one does", async () => {
  await using customer = await openCustomer(shop);
  const input = await customer.context.newCDPSession(customer.page);
  await customer.field.focus();
  await input.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
  const key = { type: "rawKeyDown", key: "Enter", code: "Enter" } as const;
  await input.send("Input.dispatchKeyEvent", { ...key, windowsVirtualKeyCode: 229 });
  await input.send("Input.dispatchKeyEvent", { ...key, windowsVirtualKeyCode: 13 });
  await input.send("Input.insertText", { text: "你好" });
  // The order of Safari: the composition ends first, the Enter that ended it comes after, in the same moment.
  await customer.field.evaluate((field) => {
    const enter = { key: "Enter", bubbles: true, composed: true, cancelable: true };
    field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, composed: true }));
    field.dispatchEvent(new KeyboardEvent("keydown", { ...enter, keyCode: 229 }));
    field.dispatchEvent(new KeyboardEvent("keydown", { ...enter, keyCode: 13 }));
  });
  expect(await customer.questions.count()).toBe(0);
  expect(await customer.field.inputValue()).toBe("你好");
  await eventually(async () => {
    await customer.field.press("Enter");
    return customer.questions.locator(".bubble").allTextContents();
  }).toEqual(["你好"]);
});

test("one polite voice says that an answer begins, reads it in few pieces, and says that it has ended", async () => {
  await using customer = await openCustomer(shop);
  const regions = customer.page.locator('tidegate-widget [aria-live="polite"]');
  expect(await regions.count()).toBe(1);
  const spoken = await customer.listen();
  const answer = Array.from({ length: 60 }, (_, at) => `这是第 ${at} 句话。`).join("");
  await customer.ask(saying(answer, { delta: 40, chars: 6 }));
  await customer.ended(1);
  await eventually(async () => (await spoken()).at(-1)).toBe("回答完毕");
  const said = await spoken();
  expect(said[0]).toBe("AI 助手正在回答");
  expect(said.slice(1, -1).join("")).toBe(answer);
  expect(said.length).toBeLessThanOrEqual(6);
  expect(await customer.panel.locator('[role="log"]').getAttribute("aria-live")).toBe("off");
});

test("a fault interrupts the listener", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask(meeting("bad-key id=voice"));
  const alert = customer.page.locator('tidegate-widget [aria-live="assertive"]');
  await eventually(() => alert.textContent()).toContain("AI 助手暂时无法回答");
});
