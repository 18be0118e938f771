import type { Ask } from "../ask.ts";
import { answerDeal } from "./deals.ts";
import { answerProduct } from "./goods.ts";
import { answerOrder } from "./orders.ts";
import {
  answerAccount,
  answerAddress,
  answerComplaint,
  answerHuman,
  answerInvoice,
  answerPayment,
  answerReturn,
  answerReview,
  answerShipping,
  answerSize,
} from "./service.ts";
import {
  answerContinue,
  answerGoodbye,
  answerGreeting,
  answerIdentity,
  answerSmallTalk,
  answerThanks,
  answerUnknown,
} from "./talk.ts";

export type Topic = keyof typeof topics;

interface Entry {
  readonly match: RegExp;
  readonly answer: (ask: Ask) => string;
  /** Small talk gives way when the same question also asks for something. */
  readonly small?: true;
}

const maxTopics = 3;

const topics = {
  identity: {
    match:
      /你是(谁|什么|机器人|真人|ai)|是不是(机器人|真人|ai)|什么模型|who are you|what are you|are you (an? )?(ai|bot|robot|human|real)|which model/i,
    answer: answerIdentity,
  },
  human: {
    match:
      /人工|真人|转接|客服电话|(talk|speak|chat|connect|contact)\w*\b.{0,20}\b(human|person|agent|someone|representative|operator|assistant|support|service|assistance)|in touch|real person|live agent|(human|live) (agent|support)|customer (service|support|care|assistance)/i,
    answer: answerHuman,
  },
  complaint: {
    match:
      /投诉|差评|太差|破损|坏了|少发|发错|complain|reclamation|(file|make|lodge|filing|making)\b.{0,20}\bclaim|broken|damaged|terrible|awful|wrong item/i,
    answer: answerComplaint,
  },
  account: {
    match:
      /账号|账户|帐号|密码|登录|登不上|注册|验证码|注销|会员等级|\b(accounts?|accoun|password|pass ?code|pin( code)?|access key|log ?in|sign(ing)?[ -]?up|regist\w+|profile|newsletter|subscri\w+)\b/i,
    answer: answerAccount,
  },
  address: {
    match: /地址|收件人|收货人|\baddress(es)?\b/i,
    answer: answerAddress,
  },
  return: {
    match:
      /退货|退款|换货|退换|退掉|取消订单|退钱|\breturn\w*|refund|exchange|cancel|money back|reimburs|restitut|rebate|compensation|(termination|withdrawal) (fee|charge|penalt)/i,
    answer: answerReturn,
  },
  order: {
    match:
      /订单|物流|快递|包裹|到哪|发货了吗|什么时候到|单号|where.{0,12}order|(my|the|an?|modify|change|edit|changing) (order|purchase|parcel|package)\b|order (status|number)|track|parcel|package|delivered|arrive/i,
    answer: answerOrder,
  },
  deal: {
    match:
      /优惠|折扣|打折|满减|券|红包|到手价|便宜|算一下|多少钱.*(一共|总)|discount|coupon|promo|voucher|cheaper|best price|\bdeals?\b/i,
    answer: answerDeal,
  },
  invoice: {
    match: /发票|抬头|税号|invoice|receipt|\bbills?\b|\bvat\b/i,
    answer: answerInvoice,
  },
  shipping: {
    match:
      /运费|包邮|配送|几天到|多久(能|可以)?送?到|什么时候(能)?送|送货|发什么快递|shipping|deliver(y|ies|ing)?\b|ship to|order from|how long.{0,20}(take|arrive)|postage/i,
    answer: answerShipping,
  },
  size: {
    match: /尺码|尺寸|多大|码数|偏大|偏小|\bsizes?\b|\bfit\b|measurement/i,
    answer: answerSize,
  },
  payment: {
    match: /付款|支付|分期|扣款|微信|支付宝|\bpay(ing)?\b|payments?|instal?lment|credit card/i,
    answer: answerPayment,
  },
  review: {
    match: /评价|评论|晒单|建议|\breviews?\b|feedback|comment|opinion|rate (your|the)/i,
    answer: answerReview,
  },
  product: {
    match:
      /推荐|有没有|商品|产品|库存|有货|缺货|颜色|多少钱|价格|怎么样|买|recommend|looking for|product|in stock|price|how much|colou?r|do you (have|sell)|\b(buy|purchas|acquir|earn|order)(e|ing)?\b|show me/i,
    answer: answerProduct,
  },
  thanks: {
    match: /谢谢|感谢|多谢|辛苦了|thanks?\b|thank you|appreciate/i,
    answer: answerThanks,
    small: true,
  },
  goodbye: {
    match: /再见|拜拜|\bbye\b|goodbye/i,
    answer: answerGoodbye,
    small: true,
  },
  continue: {
    match: /^\s*(请)?(继续|接着说|go on|continue|please continue)/i,
    answer: answerContinue,
    small: true,
  },
  greeting: {
    match: /你好(?!吗)|您好|在吗|早上好|下午好|晚上好|哈喽|^\s*嗨|\b(hello|hi|hey|good (morning|afternoon|evening))\b/i,
    answer: answerGreeting,
    small: true,
  },
  chat: {
    match: /你好吗|天气|笑话|喜欢|心情|无聊|吃了吗|how are you|weather|joke|favou?rite|bored/i,
    answer: answerSmallTalk,
    small: true,
  },
} satisfies Record<string, Entry>;

const names = Object.keys(topics) as Topic[]; // CAST: keys of a literal

/** What a question is about, the weightiest first; small talk only when nothing else is asked. */
export function topicsOf(ask: Ask): Topic[] {
  const found = names.filter((name) => topics[name].match.test(ask.text));
  if (!found.includes("order") && !found.includes("return") && isBareNumber(ask)) found.unshift("order");
  if (!found.includes("product") && found.every(isSmall) && ask.products.length > 0) found.push("product");
  const asked = found.filter((name) => !isSmall(name));
  return asked.length > 0 ? withoutEchoes(asked).slice(0, maxTopics) : found.slice(0, 1);
}

/** The whole answer to a question: one part for each thing it asks. */
export function writeAnswer(ask: Ask): string {
  const found = topicsOf(ask);
  if (found.length === 0) return answerUnknown(ask);
  return found.map((name) => topics[name].answer(ask)).join("\n\n");
}

function isSmall(name: Topic): boolean {
  return "small" in topics[name];
}

function isBareNumber(ask: Ask): boolean {
  return !ask.remembered && !/发票|invoice|receipt/i.test(ask.text);
}

/** A price question about a discount is one question, and so is the delivery of an order. */
function withoutEchoes(found: readonly Topic[]): Topic[] {
  const echoes: readonly (readonly [Topic, Topic])[] = [
    ["deal", "product"],
    ["size", "product"],
    ["return", "order"],
    ["order", "shipping"],
    ["complaint", "return"],
    ["address", "shipping"],
    ["address", "account"],
    ["return", "product"],
    ["order", "product"],
    ["shipping", "product"],
    ["account", "product"],
    ["review", "product"],
  ];
  return found.filter((name) => !echoes.some(([strong, weak]) => weak === name && found.includes(strong)));
}
