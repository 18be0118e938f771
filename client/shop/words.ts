export type Language = "zh" | "en";

const zh = {
  title: "潮汐商店",
  tagline: "户外与家居",
  notice: "这里是 Tidegate 的演示商店，商品与价格均为虚构；客服若由模拟器作答，聊天窗口会标明。",
  skip: "跳到商品",
  camp: "露营",
  wear: "行装",
  home: "居家",
  developers: "接入",
  otherLanguage: "English",
  theme: "切换深浅色",
  headline: "白天看海，夜里听风",
  lead: "把帐篷、灯和一杯热茶带到海边。秋季新品已到店，今晚满 599 减 100。",
  browse: "看看新品",
  ask: "问问客服",
  tries: ["订单 TS20261108001 到哪了？", "有什么优惠券？", "推荐一顶双人帐篷"],
  triesLead: "试试问：",
  promises: ["满 99 包邮", "7 天无理由退货", "两年质保"],
  newGoods: "秋季新品",
  newGoodsLead: "每一件都在海边试过，再放上货架。",
  askAbout: "问问这件",
  soldOut: "暂时缺货",
  question: (name: string) => `请介绍一下「${name}」`,
  embedTitle: "把这位客服放进您的网店",
  embedLead: "在页面里加一行，就有同样的聊天窗口：流式回答、真实排队、随时转人工。",
  copy: "复制",
  copied: "已复制",
  embedMore:
    "登录顾客可在标签上加 data-token，或调用 Tidegate.identify(token)；颜色由 CSS 变量 --tidegate-accent 决定。",
  footer: "潮汐商店是一间演示商店 · 由 Tidegate 驱动",
};

export type ShopWords = typeof zh;

const en: ShopWords = {
  title: "Tide Shop",
  tagline: "Outdoors & home",
  notice:
    "This is Tidegate’s demo shop: goods and prices are made up. If a simulator answers instead of an AI, the chat says so.",
  skip: "Skip to the goods",
  camp: "Camp",
  wear: "On the way",
  home: "At home",
  developers: "Embed",
  otherLanguage: "中文",
  theme: "Switch light and dark",
  headline: "Days by the sea, nights in the wind",
  lead: "Take a tent, a light and something hot to drink. The autumn goods are here; tonight ¥100 off from ¥599.",
  browse: "See what is new",
  ask: "Ask us",
  tries: ["Where is order TS20261108001?", "Any coupons today?", "Which tent for two?"],
  triesLead: "Try asking:",
  promises: ["Free delivery from ¥99", "7 days to return", "2 years of warranty"],
  newGoods: "New this autumn",
  newGoodsLead: "Everything is tried out by the sea before it goes on the shelf.",
  askAbout: "Ask about it",
  soldOut: "Out of stock",
  question: (name) => `Tell me about the ${name}`,
  embedTitle: "Put this assistant into your own shop",
  embedLead: "One line in your page gives the same chat: streamed answers, a true place in line, people when wanted.",
  copy: "Copy",
  copied: "Copied",
  embedMore:
    "For customers who are signed in, add data-token to the tag or call Tidegate.identify(token). Colour: the CSS variable --tidegate-accent.",
  footer: "Tide Shop is a demo shop · powered by Tidegate",
};

export const shopWords: Record<Language, ShopWords> = { zh, en };

/** `?lang=` first, then the browser's language. */
export function languageOf(search: string, preferred: string): Language {
  const wanted = new URLSearchParams(search).get("lang") ?? preferred;
  return /^zh/i.test(wanted) ? "zh" : "en";
}
