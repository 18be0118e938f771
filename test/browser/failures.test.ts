import { afterAll, beforeAll, expect, test } from "vitest";
import { long, meeting, saying } from "./asks.ts";
import { eventually } from "./eventually.ts";
import { openServer, openShop, type Shop } from "./shop.ts";
import { openCustomer } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const unavailable = "AI 助手暂时无法回答，问题在我们这边，店家已收到通知。";
const busy = "AI 助手现在太忙，请稍后再问一次。";
const slow = "AI 助手没有及时回应，请再问一次。";
const broken = "回答中途断开了，请再问一次。";

test.for([
  { fault: "a bad key", directive: "bad-key", sentence: unavailable },
  { fault: "an unknown model", directive: "unknown-model", sentence: unavailable },
  { fault: "a rate limit", directive: "rate-limit times=2", sentence: busy },
  { fault: "an overloaded relay", directive: "overloaded times=2", sentence: busy },
  { fault: "silence before the first word", directive: "silent times=2", sentence: slow },
  { fault: "a cut before the first word", directive: "cut times=2", sentence: broken },
])("U3 $fault is told in the language of the page, and the next question is answered", async (failure) => {
  await using customer = await openCustomer(shop);
  await customer.ask(meeting(failure.directive));
  await customer.panel.locator('[data-turn][data-outcome="failed"]').waitFor();
  expect(await customer.answers.locator(".ending > span").textContent()).toBe(failure.sentence);
  expect(await customer.answers.locator(".dots").count()).toBe(0);
  await customer.ask(saying("现在可以了"));
  await customer.ended(2);
  expect(await customer.lastText.textContent()).toBe("现在可以了");
  expect(customer.complaints).toEqual([]);
});

test.for([
  { fault: "breaks off", directive: "cut after=6 times=all" },
  { fault: "falls silent", directive: "stall after=6 times=all" },
])(
  "U4 an answer that $fault again and again keeps its text, says so, and can be asked again",
  async ({ directive }) => {
    await using customer = await openCustomer(shop);
    await customer.ask(`${meeting(directive)} ${long(1_000)}`);
    await customer.panel.locator('[data-turn][data-outcome="failed"]').waitFor({ timeout: 15_000 });
    expect(await customer.answers.locator(".ending > span").textContent()).toBe(broken);
    expect((await customer.lastText.textContent())?.length).toBeGreaterThan(100);
    await customer.panel.getByRole("button", { name: "重新提问" }).click();
    await eventually(() => customer.questions.count()).toBe(2);
  },
);

test("a failure is told to a page in English in English", async () => {
  await using customer = await openCustomer(shop, { locale: "en-GB" });
  await customer.ask(meeting("overloaded times=2 id=english"));
  await customer.panel.locator('[data-turn][data-outcome="failed"]').waitFor();
  expect(await customer.answers.locator(".ending > span").textContent()).toBe(
    "The AI assistant has too much to do right now. Please ask again shortly.",
  );
});

test("U4 one refusal is overcome without the customer's noticing", async () => {
  await using customer = await openCustomer(shop);
  const question = meeting('overloaded id=once; say "轻松应对"');
  expect(await customer.answerTo(question)).toBe("轻松应对");
  expect(await customer.answers.locator(".ending").count()).toBe(0);
});

test("A11 an answer longer than one may be says so, and goes on when it is asked to", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask(long(200_000, { delta: 0, chars: 2_000 }));
  await customer.panel.locator('[data-turn][data-outcome="truncated"]').waitFor({ timeout: 15_000 });
  expect(await customer.answers.locator(".ending > span").textContent()).toBe("回答较长，先说到这里。");
  await customer.panel.getByRole("button", { name: "继续" }).click();
  await customer.ended(2);
  expect(await customer.questions.last().locator(".bubble").textContent()).toBe("继续");
  expect(await customer.panel.getByRole("button", { name: "继续" }).count()).toBe(0);
});

test("where a simulator answers the panel says so in two places; where a relay answers in none", async () => {
  await using demonstration = await openServer({});
  await using customer = await openCustomer({ browser: shop.browser, url: demonstration.said });
  expect(await customer.panel.locator("header .badge").textContent()).toBe("模拟");
  expect(await customer.panel.locator(".simulation").textContent()).toContain("模拟器");
  await using other = await openCustomer(shop);
  expect(await other.panel.locator("header .badge").count()).toBe(0);
});
