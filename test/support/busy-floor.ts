import type { Message, Note, Summary } from "../../src/contract/shapes.ts";
import type { Floor } from "./floor.ts";
import { systemLine } from "./floor-scripts.ts";

const minute = 60_000;
const names = ["李雷", "韩梅梅", "Ana García", "王小波", undefined, "陈静", "Zoë Müller", "赵云", "孙尚香", "Bob"];
const words = [
  "我的订单到哪了？TS20261108001",
  "How do returns work?",
  "发票怎么开",
  "这顶帐篷能防多大的雨？我们打算下周去海边，可能有台风。",
  "I want a person please",
  "有优惠券吗",
];
const classes = ["vip", "member", "guest"] as const;

/** So many conversations in every state that there is, the same ones each time. */
export function fillFloor(floor: Floor, count: number, now = Date.now()): void {
  for (let at = 0; at < count; at++) floor.put(`c${at}`, rowAt(at, now));
}

function rowAt(at: number, now: number): Partial<Summary> {
  const customer = { class: classes[at % 3] ?? "guest", ...named(names[at % names.length]) };
  const last = { author: "customer" as const, text: words[at % words.length] ?? "", at: now - at * 1.7 * minute };
  const base = { customer, last, viewers: at % 4 === 0 ? [{ agentId: "wang", name: "小王" }] : [] };
  if (at % 7 === 1)
    return { ...base, responder: { kind: "nobody" }, waitingSince: now - at * 0.8 * minute, reason: "想找真人" };
  if (at % 7 === 2) return { ...base, responder: { kind: "agent", name: "小王", agentId: "wang" } };
  if (at % 7 === 4) return { ...base, responder: { kind: "agent", name: "小李", agentId: "li" } };
  if (at % 7 === 5)
    return { ...base, turn: "streaming", last: { author: "assistant", text: "您好，帮您查到订单", at: last.at } };
  return base;
}

const named = (name: string | undefined) => (name === undefined ? {} : { name });

const markdown = `您好！为您找到这几款 **双人帐篷**：

1. 海风 2 — 抗 8 级风，*2.4 kg*
2. 礁石 2 — 轻至 1.6 kg

| 型号 | 价格 |
| --- | --: |
| 海风 2 | ¥599 |
| 礁石 2 | ¥899 |

需要我帮您算一下优惠吗？`;

/** One conversation with everything that a thread can hold. */
export function fillThread(floor: Floor, conversationId: string, now = Date.now()): void {
  const at = (minutes: number) => now - minutes * minute;
  const messages: Message[] = [
    { messageId: "m1", author: "customer", text: "推荐一顶双人帐篷", at: at(9), turnId: "t1" },
    {
      messageId: "m2",
      author: "assistant",
      text: markdown,
      at: at(8.8),
      turnId: "t1",
      outcome: "completed",
      cards: [
        { kind: "product", sku: "t2", name: "海风 2", priceCents: 59_900, currency: "CNY", stock: 12 },
        {
          kind: "order",
          number: "TS20261108001",
          state: "运输中",
          totalCents: 89_900,
          currency: "CNY",
          etaAt: now + 2 * 1440 * minute,
          lines: [],
          steps: [{ at: at(60), what: "已到达杭州分拨中心" }],
        },
        {
          kind: "discount",
          currency: "CNY",
          beforeCents: 69_900,
          totalCents: 59_900,
          steps: [{ what: "满 599 减 100", code: "SEA100", offCents: 10_000, leftCents: 59_900 }],
        },
      ],
    },
    { messageId: "m3", author: "customer", text: "那我的旧帐篷能退吗？用过一次。转人工", at: at(6), turnId: "t2" },
    { messageId: "m4", author: "assistant", text: "用过的帐篷", at: at(5.9), turnId: "t2", outcome: "interrupted" },
    { ...systemLine({ kind: "agent-joined", name: "小王" }), at: at(5.8) },
    { messageId: "m5", author: "agent", name: "小王", text: "您好，我是小王，可以退的，请稍等。", at: at(5) },
    { ...systemLine({ kind: "agent-left", name: "小王" }), at: at(4) },
    { messageId: "m6", author: "customer", text: "好的，谢谢\nhttps://shop.example/<b>x</b>", at: at(3), turnId: "t3" },
  ];
  const notes: Note[] = [
    { noteId: "n1", kind: "note", agentId: "wang", name: "小王", text: "老顾客，上月退过一次，别催。", at: at(5.5) },
    { noteId: "n2", kind: "handback", agentId: "wang", name: "小王", text: "已同意退货，请引导寄回。", at: at(4.1) },
    { noteId: "n3", kind: "whisper", agentId: "li", name: "小李", text: "提醒她附上吊牌。", at: at(2) },
  ];
  const page = { url: "https://shop.example/tent/sea-breeze-2?from=home", title: "海风 2 双人帐篷" };
  floor.put(conversationId, { customer: { name: "韩梅梅", class: "vip" }, reason: "退货" }, { messages, notes, page });
}
