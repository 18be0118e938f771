import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Card, Message } from "../../src/contract/shapes.ts";
import { looks, violationsOf } from "./axe.ts";
import { eventually } from "./eventually.ts";
import { openBrowser } from "./shop.ts";
import { agentSays, asked, notice, openStage, type Stage } from "./stage.ts";
import { phone, type Visitor } from "./visitor.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const tent: Card = {
  kind: "product",
  sku: "tent",
  name: "海风双人帐篷",
  note: "防水 3000mm",
  priceCents: 129_900,
  currency: "CNY",
  stock: 3,
  url: "https://shop.example/tent",
  imageUrl: "https://img.example/tent.png",
};
const order: Card = {
  kind: "order",
  number: "TS20261108001",
  state: "运输中",
  totalCents: 149_800,
  currency: "CNY",
  etaAt: Date.now() + 2 * 86_400_000,
  lines: [{ name: "海风双人帐篷", quantity: 1 }],
  steps: [
    { at: Date.now() - 86_400_000, what: "已发货" },
    { at: Date.now() - 3_600_000, what: "已到达上海" },
  ],
};
const discount: Card = {
  kind: "discount",
  currency: "CNY",
  beforeCents: 149_800,
  totalCents: 124_800,
  steps: [{ what: "会员券", code: "VIP250", offCents: 25_000, leftCents: 124_800 }],
};

/** Somebody whose panel is open, with the extras there. */
async function opened(options?: Parameters<typeof openStage>[1]) {
  const stage = await openStage(browser, options);
  await stage.customer.context.route("https://img.example/**", (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
  );
  await (await stage.customer.visit()).open();
  await extrasOf(stage.customer);
  return stage;
}

const extrasOf = ({ panel }: Visitor) => panel.locator(".menu").waitFor();

/** The last answer ends with the cards; from then on it is part of what a snapshot shows. */
function answer({ server }: Pick<Stage, "server">, turnId: string, text: string, ...cards: Card[]): Message {
  const message: Message = {
    messageId: `answer-${turnId}`,
    author: "assistant",
    text,
    at: Date.now(),
    turnId,
    outcome: "completed",
    cards,
  };
  server.emit("turn:ended", { turnId, epoch: 1, outcome: "completed", message });
  return message;
}

describe("cards", () => {
  test("come while the answer is written, and are the stored message's afterwards and after a reload, never doubled", async () => {
    const stage = await opened();
    const { server, customer } = stage;
    await using _ = customer;
    const turnId = await asked(stage, "我的订单呢？");
    const fact = { turnId, epoch: 1, offset: 0 };
    server.emit("turn:started", { ...fact, model: "m" });
    server.emit("turn:activity", { ...fact, callId: "1", tool: "get_order", state: "running" });
    server.emit("turn:activity", { ...fact, callId: "2", tool: "find_products", state: "running" });
    await eventually(() => customer.panel.locator(".step").allTextContents()).toEqual([
      "正在查询订单…",
      "正在查找商品…",
    ]);
    server.emit("turn:activity", { ...fact, callId: "1", tool: "get_order", state: "done", cards: [order] });
    server.emit("turn:activity", { ...fact, callId: "2", tool: "find_products", state: "failed" });
    server.emit("turn:delta", { ...fact, text: "在路上" });
    await customer.panel.locator(".card").waitFor();
    expect(await customer.panel.locator('[data-state="streaming"] .ending').textContent()).toContain("没能查到");
    const stored = answer(stage, turnId, "在路上。", order, tent);
    await customer.ended(1);
    expect(await customer.panel.locator(".card").count()).toBe(2);
    const question = { messageId: "q1", author: "customer" as const, text: "我的订单呢？", at: 1, turnId };
    server.opened.messages = [question, stored];
    await customer.page.reload();
    await eventually(() => customer.panel.locator(".card").count()).toBe(2);
    expect(await customer.panel.locator(".product").textContent()).toContain("¥1,299.00");
    expect(customer.complaints).toEqual([]);
  });

  test("the words do not wait for what draws the cards, and the cards come once it can be had", async () => {
    const stage = await openStage(browser);
    const { customer } = stage;
    await using _ = customer;
    let isThere = false;
    await customer.context.route(/\/extras-/, (route) => (isThere ? route.continue() : route.abort()));
    await (await customer.visit()).open();
    answer(stage, await asked(stage, "一"), "先有字", tent);
    await customer.ended(1);
    expect(await customer.lastText.textContent()).toBe("先有字");
    expect(await customer.panel.locator(".card").count()).toBe(0);
    isThere = true;
    answer(stage, await asked(stage, "二"), "再有卡片", tent);
    await customer.ended(2);
    await eventually(() => customer.panel.locator(".card").count()).toBe(2);
  });

  test("a picture tells nobody where it is shown, and only the shop's cards bring one", async () => {
    const stage = await opened();
    const { customer } = stage;
    await using _ = customer;
    const referrers: (string | undefined)[] = [];
    customer.context.on("request", (request) => {
      if (request.url().startsWith("https://img.example")) referrers.push(request.headers()["referer"]);
    });
    answer(stage, await asked(stage, "帐篷"), "看 ![x](https://img.example/leak.png)", tent);
    await eventually(() => referrers).toEqual([undefined]);
    expect(customer.fetched.filter((url) => url.includes("leak"))).toEqual([]);
    expect(customer.complaints).toEqual([]);
  });

  test("X4 hostile labels and addresses do nothing, fetch nothing and spill nowhere", async () => {
    const stage = await opened(phone);
    const { customer } = stage;
    await using _ = customer;
    const evil = `<img src=x onerror=alert(1)>\u202e${"长".repeat(120)}${"w".repeat(150)}`;
    const script = "javascript:alert(1)";
    answer(
      stage,
      await asked(stage, "坏"),
      "好",
      { ...tent, name: evil, note: evil, url: script, imageUrl: "data:image/svg+xml,<svg onload=alert(1)>" },
      { ...order, number: evil, state: evil, url: script, lines: [{ name: evil, quantity: 1 }] },
      { ...discount, steps: [{ what: evil, code: evil.slice(0, 100), offCents: 1e12, leftCents: -1e12 }] },
    );
    await eventually(() => customer.panel.locator(".card").count()).toBe(3);
    expect(await customer.panel.locator(".card img, .card script, .card a").count()).toBe(0);
    const spill = await customer.panel.locator(".log").evaluate((log) => log.scrollWidth - log.clientWidth);
    expect(spill).toBe(0);
    expect(customer.complaints).toEqual([]);
    expect(customer.fetched.filter((url) => !url.startsWith(customer.url))).toEqual([]);
  });
});

describe("people", () => {
  test("H4 the customer sees who joins, who answers, who leaves, in the page's language", async () => {
    const { server, customer } = await opened({ locale: "en-US" });
    await using _ = customer;
    const spoken = await customer.listen();
    server.emit("message:added", { message: notice("agent-joined", "Li Lei") });
    server.emit("responder:changed", { responder: { kind: "agent", name: "Li Lei" } });
    server.emit("message:added", { message: agentSays("Hello", "Li Lei") });
    await customer.panel.locator(".by-person").waitFor();
    expect(await customer.panel.locator("h2").textContent()).toBe("Li Lei");
    expect(await customer.panel.locator("header .avatar").textContent()).toBe("L");
    expect(await customer.panel.locator(".by-person .byline").textContent()).toContain("LLi LeiSupport team");
    expect(await customer.panel.getByRole("button", { name: "Talk to a person" }).count()).toBe(0);
    await customer.field.pressSequentially("hi");
    await server.commandsOf("typing:set", 1);
    expect(server.told("typing:set")).toEqual([{ active: true }]);
    server.emit("message:added", { message: notice("agent-left", "Li Lei") });
    server.emit("responder:changed", { responder: { kind: "assistant" } });
    await eventually(() => customer.panel.locator("h2").textContent()).toBe("Support");
    expect(await customer.panel.locator(".system").allTextContents()).toEqual([
      "Li Lei has joined",
      "Li Lei has left; the AI assistant is with you again",
    ]);
    await eventually(spoken).toContain("Li Lei: Hello");
    const heard = await customer.heard();
    expect(heard.filter(({ event }) => event === "handoff").map(({ detail }) => detail)).toEqual([
      { kind: "agent", name: "Li Lei" },
      { kind: "assistant" },
    ]);
  });

  test("H4 whoever waits for a person sees the place, which never rises, and may leave that line", async () => {
    const { server, customer } = await opened();
    await using _ = customer;
    server.scripts["agent:request"] = () => ({ position: 3 });
    await customer.panel.getByRole("button", { name: "转人工" }).click();
    const wish = customer.panel.locator(".wish p");
    await eventually(() => wish.textContent()).toBe("正在等待人工客服，您排在第 3 位。");
    server.emit("message:added", { message: notice("person-requested") });
    server.emit("agent:queued", { position: 2 });
    server.emit("agent:queued", { position: 4 });
    server.emit("typing:changed", { author: "agent", name: "李雷", active: true });
    await customer.panel.getByText("李雷正在输入").waitFor();
    expect(await wish.textContent()).toBe("正在等待人工客服，您排在第 2 位。");
    await customer.panel.getByRole("button", { name: "取消" }).click();
    await server.commandsOf("agent:cancel", 1);
    expect(await wish.count()).toBe(0);
  });

  test("where nobody is there the customer is told so, and may leave a message, which is kept until it is taken", async () => {
    const { server, customer } = await opened();
    await using _ = customer;
    server.scripts["agent:request"] = ({ leave }) => ({
      code: leave === undefined ? "agents-away" : "unavailable",
      message: "",
      retryable: true,
    });
    await customer.panel.getByRole("button", { name: "转人工" }).click();
    expect(await customer.panel.locator(".wish p").textContent()).toContain("现在没有人工客服在线");
    const field = customer.panel.getByRole("textbox", { name: "给人工客服留言" });
    await field.fill("请打 13800000000");
    await customer.panel.getByRole("button", { name: "提交留言" }).click();
    await customer.panel.getByText("服务暂时不可用").waitFor();
    expect(await field.inputValue()).toBe("请打 13800000000");
    server.scripts["agent:request"] = () => ({});
    await customer.panel.getByRole("button", { name: "提交留言" }).click();
    await field.waitFor({ state: "detached" });
    expect(server.told("agent:request").at(-1)).toEqual({ leave: "请打 13800000000" });
    server.emit("message:added", { message: notice("message-left") });
    await customer.panel.getByText("人工客服回来后会看到您的留言").waitFor();
  });

  test("whoever asks in words where nobody is there is offered to leave a message, too", async () => {
    const { server, customer } = await opened();
    await using _ = customer;
    await customer.ask("转人工");
    server.emit("message:added", { message: notice("agents-away") });
    await customer.panel.getByRole("textbox", { name: "给人工客服留言" }).waitFor();
    await customer.panel.getByRole("button", { name: "知道了" }).click();
    await customer.panel.locator(".wish").waitFor({ state: "detached" });
  });
});

describe("the end, and the menu", () => {
  test("an agent closes the matter: the customer rates it once, and never again", async () => {
    const stage = await opened();
    const { server, customer } = stage;
    await using _ = customer;
    const turnId = await asked(stage, "问");
    const stored = answer(stage, turnId, "答");
    await customer.ended(1);
    const end = notice("resolved");
    server.emit("message:added", { message: end });
    await customer.panel.getByRole("radio", { name: "4 星" }).check();
    await customer.panel.getByRole("textbox", { name: "还有什么想告诉我们的" }).fill("很快");
    await customer.panel.getByRole("button", { name: "提交" }).click();
    await customer.panel.getByText("感谢您的评价").waitFor();
    expect(server.told("conversation:rate")).toEqual([{ score: 4, comment: "很快" }]);
    const heard = (await customer.heard()).map(({ event }) => event);
    expect(heard.filter((event) => event === "resolved" || event === "rated")).toEqual(["resolved", "rated"]);
    server.opened.messages = [{ messageId: "q", author: "customer", text: "问", at: 1, turnId }, stored, end];
    await customer.page.reload();
    await extrasOf(customer);
    await customer.panel.getByText("本次咨询已结束").waitFor();
    expect(await customer.panel.locator(".survey").count()).toBe(0);
  });

  test("the menu goes by keyboard: Esc closes it and not the panel, the focus comes back", async () => {
    const stage = await opened();
    const { customer } = stage;
    await using _ = customer;
    const { keyboard } = customer.page;
    const menu = customer.panel.locator(".menu");
    const opener = menu.locator("summary");
    answer(stage, await asked(stage, "问"), "答");
    await customer.ended(1);
    await opener.focus();
    await keyboard.press("Enter");
    await keyboard.press("Tab");
    expect(await menu.getByRole("button", { name: "保存对话记录" }).evaluate((item) => item.matches(":focus"))).toBe(
      true,
    );
    await keyboard.press("Escape");
    expect(await menu.getAttribute("open")).toBeNull();
    expect(await opener.evaluate((item) => item.matches(":focus"))).toBe(true);
    expect(await customer.panel.isVisible()).toBe(true);
    await keyboard.press("Enter");
    await menu.getByRole("button", { name: "结束并评价" }).click();
    expect(await menu.getAttribute("open")).toBeNull();
    await customer.panel.getByRole("button", { name: "跳过" }).click();
    await customer.panel.locator(".survey").waitFor({ state: "detached" });
    await opener.click();
    await customer.field.focus();
    expect(await menu.getAttribute("open")).toBeNull();
  });

  test("the transcript is a file, with names, times and the label of the AI", async () => {
    const stage = await opened({ locale: "en-US" });
    const { customer } = stage;
    await using _ = customer;
    answer(stage, await asked(stage, "A tent?"), "**Yes**", tent);
    await customer.ended(1);
    await customer.panel.locator(".menu summary").click();
    const [file] = await Promise.all([
      customer.page.waitForEvent("download"),
      customer.panel.getByRole("button", { name: "Save this conversation" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^conversation-\d{4}-\d\d-\d\d\.md$/);
    const text = await readFile(await file.path(), "utf8");
    expect(text).toMatch(/\*\*You\*\* · .+\n\nA tent\?/);
    expect(text).toMatch(/\*\*AI assistant \(AI-generated\)\*\* · .+\n\n\*\*Yes\*\*\n\n\* 海风双人帐篷: ¥1,299\.00/);
    expect(customer.complaints).toEqual([]);
  });

  test("the sound is off until it is wanted, is remembered, and sounds for what comes unseen", async () => {
    const countTones = () => {
      // CAST: a count for the test alone.
      const counted = window as unknown as { tones: number };
      counted.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) {
        counted.tones++;
        start.call(this, at);
      };
    };
    const stage = await opened({ before: countTones });
    const { customer } = stage;
    await using _ = customer;
    const tones = () => customer.page.evaluate(() => (window as unknown as { tones: number }).tones);
    answer(stage, await asked(stage, "一"), "答");
    await customer.ended(1);
    expect(await tones()).toBe(0);
    await customer.panel.locator(".menu summary").click();
    await customer.panel.getByRole("button", { name: "提示音：关" }).click();
    expect(await tones()).toBe(2);
    await customer.page.reload();
    await customer.online();
    await extrasOf(customer);
    await customer.panel.locator(".menu summary").click();
    await customer.panel.getByRole("button", { name: "提示音：开" }).waitFor();
    const turnId = await asked(stage, "二");
    await customer.panel.getByRole("button", { name: "关闭" }).click();
    answer(stage, turnId, "答");
    await eventually(tones).toBe(2);
    expect(await customer.launcher.locator(".unread").textContent()).toBe("1");
  });
});

describe("the page around it", () => {
  test("the shop's own questions to begin with, in the page's language", async () => {
    const tag = 'data-starters-zh="帐篷怎么选？|如何退货？" data-starters-en="Which tent?"';
    const { server, customer } = await opened({ tag });
    await using _ = customer;
    const starters = customer.panel.locator(".suggestions button");
    expect(await starters.allTextContents()).toEqual(["帐篷怎么选？", "如何退货？"]);
    await customer.call("setLocale", "en");
    await eventually(() => starters.allTextContents()).toEqual(["Which tent?"]);
    await eventually(() => customer.panel.locator(".menu summary").getAttribute("aria-label")).toBe("More");
    await starters.click();
    await server.commandsOf("message:send", 1);
    expect(server.told("message:send")[0]?.text).toBe("Which tent?");
  });

  test("X1 the next customer neither sees nor sends what the one before has written", async () => {
    const stage = await opened({ tag: 'data-token="first"' });
    const { server, customer } = stage;
    await using _ = customer;
    answer(stage, await asked(stage, "一"), "第一位的回答");
    await customer.ended(1);
    server.scripts["message:send"] = () => ({ code: "internal", message: "", retryable: true });
    await customer.ask("没有发出");
    await customer.panel.locator('.question[data-state="failed"]').waitFor();
    const sent = server.told("message:send").length;
    await customer.call("identify", "second");
    await eventually(() => server.handshakes.at(-1)?.token).toBe("second");
    await customer.online();
    await eventually(() => customer.questions.count()).toBe(0);
    expect(await customer.answers.count()).toBe(0);
    expect(server.told("message:send")).toHaveLength(sent);
  });

  test("on a page from right to left the widget stands at the other side, and its words run as their language does", async () => {
    const { customer } = await opened({ html: 'dir="rtl" lang="ar"', tag: 'data-lang="en"' });
    await using _ = customer;
    const button = await customer.launcher.boundingBox();
    const panel = await customer.panel.boundingBox();
    expect(button?.x).toBeLessThan(100);
    expect(panel?.x).toBeLessThan(100);
    const menu = customer.panel.locator(".menu");
    await menu.locator("summary").click();
    const list = await menu.locator("div").boundingBox();
    expect(list?.x).toBeGreaterThanOrEqual(panel?.x ?? 0);
    expect((list?.x ?? 0) + (list?.width ?? 0)).toBeLessThanOrEqual((panel?.x ?? 0) + (panel?.width ?? 0));
    expect(
      await customer.panel
        .locator(".text")
        .first()
        .evaluate((text) => getComputedStyle(text).direction),
    ).toBe("ltr");
  });
});

test.for(looks)(
  "nothing is inaccessible with cards, people and forms: $look",
  { timeout: 60_000 },
  async ({ look, options }) => {
    const stage = await opened(options);
    const { server, customer } = stage;
    await using _ = customer;
    const check = async (state: string) => expect.soft(await violationsOf(customer), `${state}, ${look}`).toEqual([]);
    const turnId = await asked(stage, "x");
    const fact = { turnId, epoch: 1, offset: 0 };
    server.emit("turn:activity", { ...fact, callId: "1", tool: "get_order", state: "running" });
    server.emit("turn:activity", { ...fact, callId: "2", tool: "other", state: "failed" });
    await customer.panel.locator(".step").waitFor();
    await check("steps");
    const empty = { ...tent, sku: "e", stock: 0 };
    answer(stage, turnId, "x", order, discount, tent, empty);
    await customer.panel.locator(".way summary").click();
    await customer.panel.locator(".cards > details > summary").click();
    await check("cards");
    await customer.panel.locator(".menu summary").click();
    await check("menu");
    await customer.page.keyboard.press("Escape");
    server.scripts["agent:request"] = () => ({ code: "agents-away", message: "", retryable: true });
    await customer.panel.locator("button.person").click();
    await customer.panel.locator(".leave").waitFor();
    await check("leave a message");
    await customer.panel.locator(".wish > .pill").click();
    server.emit("message:added", { message: notice("person-requested") });
    server.emit("agent:queued", { position: 2 });
    await customer.panel.locator(".wish").waitFor();
    await check("waiting for a person");
    server.emit("message:added", { message: notice("agent-joined", "李雷") });
    server.emit("responder:changed", { responder: { kind: "agent", name: "李雷" } });
    server.emit("message:added", { message: agentSays("您好") });
    await customer.panel.locator(".by-person").waitFor();
    await check("a person");
    server.emit("message:added", { message: notice("resolved") });
    await customer.panel.locator(".survey label").nth(2).click();
    await customer.panel.locator(".survey textarea").waitFor();
    await check("survey");
    const small = await customer.panel.locator("button, summary, .survey label").evaluateAll((targets) =>
      targets
        .map((target) => ({ html: target.outerHTML.slice(0, 80), box: target.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < 44)
        .map(({ html, box }) => `${html}: ${box.width} × ${box.height}`),
    );
    expect.soft(small).toEqual([]);
  },
);
