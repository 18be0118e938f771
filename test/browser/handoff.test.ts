import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { TestAgent, tokenOf } from "../support/agent.ts";
import { counted, saying } from "./asks.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop, secret } from "./shop.ts";
import { openCustomer } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function openAgent(name: string): Promise<TestAgent> {
  const agent = new TestAgent(shop.url, await tokenOf({ sub: `${name}@shop`, role: "agent", name }, secret));
  onTestFinished(() => agent[Symbol.asyncDispose]());
  await agent.connected();
  await agent.openInbox();
  return agent;
}

test("H4 the whole way with a real server: asked for, waited for, joined, answered, closed and rated", async () => {
  const agent = await openAgent("李雷");
  await using customer = await openCustomer(shop);
  await customer.ask(saying("您好"));
  await customer.ended(1);
  await customer.panel.getByRole("button", { name: "转人工" }).click();
  await eventually(() => customer.panel.locator(".wish p").textContent()).toBe("正在等待人工客服，您排在第 1 位。");
  await customer.page.reload();
  await eventually(() => customer.panel.locator(".wish p").textContent()).toBe("正在等待人工客服，您排在第 1 位。");

  const [row] = [...agent.inbox.values()].filter(({ waitingSince }) => waitingSince !== undefined);
  const conversationId = row?.conversationId ?? "";
  await agent.ask("conversation:take", { conversationId });
  await eventually(() => customer.panel.locator("h2").textContent()).toBe("李雷");
  await agent.ask("message:send", { conversationId, messageId: "from-li", text: "我是李雷" });
  await eventually(() => customer.panel.locator(".by-person .text").allTextContents()).toEqual(["我是李雷"]);
  await customer.ask("谢谢");
  // What comes after the end is a question of its own, to the assistant.
  await agent.row(conversationId, ({ last }) => last?.text === "谢谢");
  await agent.ask("conversation:resolve", { conversationId });
  await customer.panel.getByRole("radio", { name: "5 星" }).check();
  await customer.panel.getByRole("button", { name: "提交" }).click();
  await customer.panel.getByText("感谢您的评价").waitFor();
  expect(await customer.panel.locator(".system").allTextContents()).toEqual([
    "您已请求人工客服",
    "李雷 已接入",
    "本次咨询已结束，还有问题可以直接输入",
    "感谢您的评价！",
  ]);
  expect(customer.complaints).toEqual([]);
});

test("H1 an agent who takes over in mid-sentence is seen at once, and the assistant says no more", async () => {
  const agent = await openAgent("韩梅");
  await using customer = await openCustomer(shop, { locale: "en-US" });
  await customer.ask(saying(counted(400), { delta: 40, chars: 5 }));
  await customer.grownTo(30);
  const live = () => [...agent.inbox.values()].find(({ turn }) => turn === "streaming")?.conversationId ?? "";
  await eventually(live).not.toBe("");
  const conversationId = live();
  await agent.ask("conversation:take", { conversationId });
  await customer.panel.locator('[data-outcome="interrupted"]').waitFor();
  const text = await customer.lastText.textContent();
  await eventually(() => customer.panel.locator("h2").textContent()).toBe("韩梅");
  await customer.panel.getByText("韩梅 has joined").waitFor();
  expect(await customer.lastText.textContent()).toBe(text);
});

test("nobody is there: who asks in words is told so, and leaves a message that an agent finds", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask("转人工");
  await customer.panel.getByRole("textbox", { name: "给人工客服留言" }).fill("请打 13800000000");
  await customer.panel.getByRole("button", { name: "提交留言" }).click();
  await customer.panel.getByText("人工客服回来后会看到您的留言").waitFor();
  const agent = await openAgent("李雷");
  const left = [...agent.inbox.values()].filter((row) => row.left);
  expect(left.map(({ reason }) => reason)).toEqual(["请打 13800000000"]);
});
