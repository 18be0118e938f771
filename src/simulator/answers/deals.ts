import type { Ask } from "../ask.ts";
import { bestCoupon, type Coupon, coupons, type Language, shopUrl } from "../shop.ts";

/** Coupons, and the arithmetic when an amount or a product with a price is named. */
export function answerDeal(ask: Ask): string {
  const amountYuan = amountOf(ask);
  return amountYuan === undefined ? listCoupons(ask) : calculate(amountYuan, ask);
}

function amountOf({ amountsYuan, products }: Ask): number | undefined {
  if (amountsYuan.length > 0) return Math.max(...amountsYuan);
  return products.length === 0 ? undefined : products.reduce((sum, product) => sum + product.priceYuan, 0);
}

function calculate(amountYuan: number, { language }: Ask): string {
  const coupon = bestCoupon(amountYuan);
  const next = coupons.find((candidate) => candidate.minYuan > amountYuan);
  const hint = next === undefined ? "" : nudge(next, next.minYuan - amountYuan, language);
  return coupon === undefined ? hint || listLine(coupons, language) : `${sum(amountYuan, coupon, language)}${hint}`;
}

function sum(amountYuan: number, coupon: Coupon, language: Language): string {
  const payYuan = yuan(amountYuan - coupon.offYuan);
  return language === "zh"
    ? `帮您算好啦：\n\n- 商品合计：¥${yuan(amountYuan)}\n- 最优券 \`${coupon.code}\`：满 ${coupon.minYuan} 减 ${coupon.offYuan}，**−¥${coupon.offYuan}**\n- 实付：**¥${payYuan}** 🎉\n\n结算时选择这张券即可，有效期至 ${coupon.until}。`
    : `Here is the best price:\n\n- Items: ¥${yuan(amountYuan)}\n- Coupon \`${coupon.code}\` (¥${coupon.offYuan} off ¥${coupon.minYuan}): **−¥${coupon.offYuan}**\n- You pay: **¥${payYuan}** 🎉\n\nChoose it at checkout; it is valid until ${coupon.until}.`;
}

function nudge(next: Coupon, missingYuan: number, language: Language): string {
  return language === "zh"
    ? `\n\n另外，再买 ¥${yuan(missingYuan)} 就能用 \`${next.code}\`（满 ${next.minYuan} 减 ${next.offYuan}），要不要我推荐一件凑单？`
    : `\n\nBy the way, ¥${yuan(missingYuan)} more would unlock \`${next.code}\` (¥${next.offYuan} off ¥${next.minYuan}). Shall I suggest something small?`;
}

function listCoupons({ language }: Ask): string {
  return language === "zh"
    ? `现在是双 11 大促，可以用的优惠券有：\n\n${table(language)}\n\n每单限用一张，系统会自动选最优的。告诉我商品或者总金额，我来帮您算**到手价**。[去领券](${shopUrl}/coupons)`
    : `These coupons are on for the promotion:\n\n${table(language)}\n\nOne coupon per order; checkout picks the best. Tell me the items or the total and I will work out **what you pay**. [Get coupons](${shopUrl}/coupons)`;
}

function table(language: Language): string {
  const head = language === "zh" ? "| 券码 | 优惠 | 有效期至 |" : "| Code | Discount | Valid until |";
  return [head, "| --- | --- | --- |", ...coupons.map((coupon) => row(coupon, language))].join("\n");
}

function row({ code, minYuan, offYuan, until }: Coupon, language: Language): string {
  const offer = language === "zh" ? `满 ¥${minYuan} 减 ¥${offYuan}` : `¥${offYuan} off ¥${minYuan}`;
  return `| \`${code}\` | ${offer} | ${until} |`;
}

function listLine(list: readonly Coupon[], language: Language): string {
  return list.map((coupon) => row(coupon, language)).join("\n");
}

function yuan(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : amount.toFixed(2);
}
