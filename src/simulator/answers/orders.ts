import type { Ask } from "../ask.ts";
import { findOrder, type Order, shopUrl } from "../shop.ts";

/** Where an order is, step by step; asks for the number when none was given. */
export function answerOrder(ask: Ask): string {
  if (ask.orderNumbers.length === 0) return askForNumber(ask);
  return ask.orderNumbers.map((number) => describe(number, ask)).join("\n\n");
}

function describe(number: string, ask: Ask): string {
  const order = findOrder(number);
  return order === undefined
    ? unknownOrder(number, ask)
    : `${lead(order, ask)}\n\n${steps(order, ask)}\n\n${closing(order, ask)}`;
}

function lead(order: Order, { language, remembered }: Ask): string {
  if (language === "zh") {
    const which = remembered ? "您刚才提到的订单" : "订单";
    return `帮您查到了，${which} \`${order.number}\`（${order.item.zh}）目前 **${order.state.zh}**：`;
  }
  const which = remembered ? "the order you mentioned," : "your order";
  return `Found it: ${which} \`${order.number}\` (${order.item.en}) is **${order.state.en}**:`;
}

function steps(order: Order, { language }: Ask): string {
  return order.steps.map(([when, what], at) => `${at + 1}. **${when}** ${what[language]}`).join("\n");
}

function closing(order: Order, { language, pick }: Ask): string {
  const page = `${shopUrl}/orders/${order.number}`;
  if (language === "zh") {
    return pick([
      `${order.eta.zh}。需要修改收货地址的话请尽快告诉我，也可以在[订单详情](${page})里查看实时物流 📦`,
      `${order.eta.zh}，请保持手机畅通。实时轨迹在[这里](${page})。`,
    ]);
  }
  return pick([
    `It is ${order.eta.en}. You can follow it live on the [order page](${page}) 📦`,
    `It is ${order.eta.en}; please keep your phone at hand. Live tracking is [here](${page}).`,
  ]);
}

function unknownOrder(number: string, { language }: Ask): string {
  return language === "zh"
    ? `抱歉，没有查到订单 \`${number}\`。请核对一下号码（以 \`TS\` 开头，例如 \`TS20261108001\`），或者告诉我下单手机号的后四位，我再帮您找找。`
    : `I am sorry, I cannot find an order \`${number}\`. Could you check the number (it begins with \`TS\`, such as \`TS20261108001\`)? The last four digits of your phone number would help as well.`;
}

function askForNumber({ language, pick }: Ask): string {
  if (language === "zh") {
    return pick([
      "好的，马上帮您查物流！请把**订单号**发给我（以 `TS` 开头，在“我的订单”里可以复制），多个订单可以一起发。",
      "可以的，请告诉我您的**订单号**（例如 `TS20261108001`），我来看看包裹到哪里了。",
    ]);
  }
  return pick([
    "Happy to look into it! Could you send me your **order number**? It begins with `TS` and is listed under “My orders”; several at once are fine.",
    "Of course. What is your **order number** (such as `TS20261108001`)? I will see where the parcel is.",
  ]);
}
