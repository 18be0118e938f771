import { z } from "zod";
import type { Language } from "./shop.ts";

/** What our own tools find, told as a person would tell it. */

const price = z.object({
  goods: z.string(),
  shipping: z.string(),
  total: z.string(),
  saved: z.string(),
  steps: z.array(z.object({ what: z.string(), code: z.string().optional(), off: z.string() })),
});

const order = z.object({
  number: z.string(),
  state: z.string(),
  total: z.string(),
  expectedAt: z.string().optional(),
  items: z.array(z.object({ name: z.string(), quantity: z.number() })),
  steps: z.array(z.object({ at: z.string(), what: z.string() })),
});

type Price = z.infer<typeof price>;
type Order = z.infer<typeof order>;

/** In Markdown; undefined for anything that is neither a price nor orders. */
export function toldOf(value: unknown, language: Language): string | undefined {
  const cheapest = price.safeParse(value);
  if (cheapest.success) return tellPrice(cheapest.data, language);
  const orders = z.object({ orders: z.array(order).min(1).max(5) }).safeParse(value);
  if (orders.success) return orders.data.orders.map((each) => tellOrder(each, language)).join("\n\n");
  return undefined;
}

function tellPrice({ goods, total, saved, steps }: Price, language: Language): string {
  const zh = language === "zh";
  const lines = steps.map(({ what, code, off }) => {
    const named = code === undefined ? what : zh ? `${what}（券码 \`${code}\`）` : `${what} (code \`${code}\`)`;
    return zh ? `- ${named}：减 ¥${off}` : `- ${named}: −¥${off}`;
  });
  const lead = zh
    ? `最划算的买法一共 **¥${total}**，商品原价 ¥${goods}，连运费共省 ¥${saved}：`
    : `The best price comes to **¥${total}** for goods of ¥${goods}; you save ¥${saved}, delivery included:`;
  return lines.length === 0 ? lead.replace(/[：:]$/, zh ? "。" : ".") : `${lead}\n\n${lines.join("\n")}`;
}

function tellOrder({ number, state, total, expectedAt, items, steps }: Order, language: Language): string {
  const zh = language === "zh";
  const goods = items.map(({ name, quantity }) => `${name} × ${quantity}`).join(zh ? "、" : ", ");
  const last = steps.at(-1);
  const day = expectedAt?.slice(5, 10);
  const parts = zh
    ? [
        `订单 \`${number}\`（${goods}，¥${total}）**${state}**`,
        last && `最新进展：${last.what}`,
        day && `预计 ${day} 送达`,
      ]
    : [
        `Order \`${number}\` (${goods}, ¥${total}) is **${state}**`,
        last && `latest: ${last.what}`,
        day && `expected on ${day}`,
      ];
  return `${parts.filter(Boolean).join(zh ? "，" : "; ")}${zh ? "。" : "."}`;
}
