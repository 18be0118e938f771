import { afterAll, beforeAll, expect, test } from "vitest";
import { counted, saying } from "./asks.ts";
import { type Cable, openCable } from "./cable.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop } from "./shop.ts";
import { openCustomer, openVisitor, type Visitor } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const text = counted(250);
const slowly = { delta: 40, chars: 20 };

/** A customer whose line to the server is in the test's hand, in the middle of an answer. */
async function openOnCable(mark: string): Promise<AsyncDisposable & { cable: Cable; customer: Visitor }> {
  await using stack = new AsyncDisposableStack();
  const cable = stack.use(await openCable(shop.url));
  const customer = stack.use(await openVisitor({ browser: shop.browser, url: cable.url }));
  await customer.page.clock.install();
  await (await customer.visit()).open();
  await customer.ask(saying(text, slowly, mark));
  await customer.grownTo(60);
  const running = stack.move();
  return { cable, customer, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The answer is whole, on the page and as told, and at no moment were its words in disorder. */
async function expectWhole(customer: Visitor, grown: readonly string[]): Promise<void> {
  await customer.ended(1);
  expect(await customer.lastText.textContent()).toBe(text);
  expect(await customer.answersHeard()).toEqual([text]);
  expect(grown.filter((step) => !text.startsWith(step.trimEnd()))).toEqual([]);
  expect(await customer.questions.count()).toBe(1);
}

test("S10 a reload in mid-answer shows at once what was there, and the text goes on to its exact end", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask(saying(text, slowly, "reload"));
  await customer.grownTo(200);
  const before = (await customer.lastText.textContent()) ?? "";
  await customer.page.reload();
  await customer.lastText.waitFor();
  const grown = await customer.watchGrowth();
  await customer.grownTo(before.trimEnd().length);
  expect(await customer.answers.getAttribute("data-state")).toBe("streaming");
  await customer.ended(1);
  await expectWhole(customer, await grown());
  expect(await shop.asked("reload")).toHaveLength(1);
});

test("S3 a connection that is cut in mid-answer comes back by itself, and not one character is lost or doubled", async () => {
  await using stack = await openOnCable("cut");
  const { cable, customer } = stack;
  const grown = await customer.watchGrowth();
  cable.cut();
  const bar = customer.panel.locator('.link-bar[data-state="reconnecting"]');
  await bar.waitFor();
  expect(await bar.textContent()).toBe("网络中断，正在重新连接…");
  expect(await customer.lastText.textContent()).toContain("0000 0001");
  cable.mend();
  await bar.waitFor({ state: "detached" });
  await customer.ended(1);
  await expectWhole(customer, await grown());
  expect(await shop.asked("cut")).toHaveLength(1);
});

test("S3 a device that goes offline says so, and goes on with the answer when it is back", async () => {
  await using stack = await openOnCable("offline");
  const { cable, customer } = stack;
  const grown = await customer.watchGrowth();
  await customer.context.setOffline(true);
  cable.cut();
  await eventually(() => customer.panel.locator(".link-bar").textContent()).toBe("您已离线，恢复网络后会自动继续。");
  cable.mend();
  await customer.context.setOffline(false);
  await customer.online();
  await customer.panel.locator(".link-bar").waitFor({ state: "detached" });
  await customer.ended(1);
  await expectWhole(customer, await grown());
});

test("S3 a line that is dead without being closed is noticed by the silence, and given up for another", async () => {
  await using stack = await openOnCable("silence");
  const { cable, customer } = stack;
  const grown = await customer.watchGrowth();
  cable.deaden();
  await eventually(async () => (await shop.asked("silence"))[0]?.state).toBe("completed");
  cable.mend();
  expect(await customer.answers.getAttribute("data-state")).toBe("streaming");
  // The silence that is worth a question, and then the time for its answer.
  await customer.page.clock.fastForward(16_000);
  await customer.page.clock.fastForward(5_000);
  await customer.ended(1);
  await expectWhole(customer, await grown());
});

test("a question asked while the line is dead is shown as being sent, arrives when there is a line again, and only once", async () => {
  await using stack = await openOnCable("dead");
  const { cable, customer } = stack;
  await customer.ended(1);
  cable.deaden();
  await customer.ask(saying("送到了", {}, "after-dead"));
  await customer.panel.locator('.question[data-state="sending"]').waitFor();
  cable.mend();
  await customer.page.clock.fastForward(11_000);
  await customer.page.clock.fastForward(5_000);
  await customer.ended(2);
  expect(await customer.lastText.textContent()).toBe("送到了");
  expect(await customer.questions.count()).toBe(2);
  expect(await shop.asked("after-dead")).toHaveLength(1);
});

test("A4 a question whose acknowledgement is lost is sent again under its own id and is answered once", async () => {
  await using stack = await openOnCable("ack");
  const { cable, customer } = stack;
  await customer.ended(1);
  cable.deaden("up");
  await customer.ask(saying("只答一次", {}, "lost-ack"));
  await eventually(async () => (await shop.asked("lost-ack")).map(({ state }) => state)).toEqual(["completed"]);
  await customer.panel.locator('.question[data-state="sending"]').waitFor();
  cable.mend();
  await customer.page.clock.fastForward(11_000);
  await customer.page.clock.fastForward(5_000);
  await customer.ended(2);
  expect(await customer.panel.locator(".bubble").count()).toBe(2);
  expect(await customer.lastText.textContent()).toBe("只答一次");
  expect(await shop.asked("lost-ack")).toHaveLength(1);
});

test("a question that was refused says so on itself; tried again it goes out under the same id, and stands there once", async () => {
  await using customer = await openVisitor(shop);
  const sent: string[] = [];
  await customer.page.routeWebSocket(/socket\.io/, (near) => {
    const far = near.connectToServer();
    near.onMessage((frame) => {
      const command = /^42(\d+)\["message:send",(.*)\]$/s.exec(String(frame));
      if (command?.[2] !== undefined) sent.push(JSON.parse(command[2]).messageId);
      if (command && sent.length === 1) near.send(`43${command[1]}${JSON.stringify([{ ok: false, error: refusal }])}`);
      else far.send(frame);
    });
  });
  await (await customer.visit()).open();
  await customer.ask(saying("这次成功了"));
  const failed = customer.panel.locator('.question[data-state="failed"]');
  expect(await failed.locator(".fault").textContent()).toContain("发送失败");
  expect(await failed.locator(".fault").textContent()).toContain("我们这边出了点问题");
  await failed.getByRole("button", { name: "重试" }).click();
  await customer.ended(1);
  expect(await customer.questions.count()).toBe(1);
  expect(await customer.lastText.textContent()).toBe("这次成功了");
  expect(sent).toHaveLength(2);
  expect(new Set(sent).size).toBe(1);
});

const refusal = { code: "internal", message: "not now", retryable: true };

test("what was asked while offline is kept over a reload, and sent once there is a line again", async () => {
  await using stack = await openOnCable("kept");
  const { cable, customer } = stack;
  await customer.ended(1);
  cable.deaden();
  await customer.ask(saying("没有丢", {}, "kept-over-reload"));
  await customer.panel.locator('.question[data-state="sending"]').waitFor();
  cable.cut();
  cable.mend();
  await customer.page.reload();
  await customer.ended(2);
  expect(await customer.lastText.textContent()).toBe("没有丢");
  expect(await shop.asked("kept-over-reload")).toHaveLength(1);
});

test("where nothing but plain requests passes, the answer comes all the same", async () => {
  await using customer = await openVisitor(shop);
  await customer.page.routeWebSocket(/socket\.io/, (socket) => socket.close());
  await (await customer.visit()).open();
  await customer.ask(saying(text, { delta: 10, chars: 25 }));
  const grown = await customer.watchGrowth();
  await expectWhole(customer, await grown());
});
