import { expect, test } from "vitest";
import { assistant, openTestRelay, user } from "./relay.ts";

test.each([
  ["你好", "潮汐商店"],
  ["hello", "Tide Shop"],
  ["我的订单 TS20261110042 到哪了", "派送中"],
  ["Where is my order TS20261108001?", "on its way"],
  ["我的快递怎么还没到", "订单号"],
  ["订单 TS99999999999", "没有查到"],
  ["有什么优惠券", "| `TIDE100` | 满 ¥599 减 ¥100 |"],
  ["买了650元，能便宜多少", "实付：**¥550**"],
  ["What discount do I get on a total of 1300 yuan?", "You pay: **¥1100**"],
  ["有没有保温杯", "https://shop.example/p/mug-wave"],
  ["Can you recommend camping gear?", "| [Tidewater 2-Person Tent](https://shop.example/p/tent-2p) |"],
  ["我要退货", "7 天无理由"],
  ["开发票", "24 小时内"],
  ["多久能送到", "包邮"],
  ["冲锋衣尺码怎么选", "| XL |"],
  ["转人工", "转人工"],
  ["I want to talk to a human", "person"],
  ["再见", "再见"],
  ["你是机器人吗", "模拟回答"],
  ["who are you", "simulated answer"],
  ["量子力学", "“量子力学”"],
])("%s is answered with %s", async (question, expected) => {
  await using relay = await openTestRelay();
  expect((await relay.read(question)).text).toContain(expected);
});

test("the same questions get the same answers in the same deltas, from every simulator with the same seed", async () => {
  await using one = await openTestRelay({ seed: 7 });
  await using other = await openTestRelay({ seed: 7 });
  for (const question of ["在吗", "你好", "谢谢", "hello", "我的快递呢", "量子力学"]) {
    const { text, deltas } = await one.read(question);
    expect((await one.read(question)).text).toBe(text);
    expect(await other.read(question)).toMatchObject({ text, deltas });
  }
});

test("an order number given earlier is remembered", async () => {
  await using relay = await openTestRelay();
  const talk = [user("我的单号是 TS20261111007"), assistant("收到"), user("现在物流到哪了？")];
  expect((await relay.read(talk)).text).toContain("您刚才提到的订单 `TS20261111007`");
});

test("several messages in a burst are answered together", async () => {
  await using relay = await openTestRelay();
  const { text } = await relay.read([user("在吗"), user("TS20261108001 到哪了"), user("能开发票吗")]);
  expect(text).toContain("运输中");
  expect(text).toContain("电子发票");
});

test("a bare number is answered in the language spoken before", async () => {
  await using relay = await openTestRelay();
  const { text } = await relay.read([user("where is my parcel?"), assistant("Which order?"), user("TS20261108001")]);
  expect(text).toContain("on its way");
});
