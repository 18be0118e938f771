import type { Ask } from "../ask.ts";

export function answerGreeting({ language, pick }: Ask): string {
  return language === "zh"
    ? pick([
        "您好，欢迎来到**潮汐商店** 🌊 我可以帮您查物流、找商品、算优惠、办退换，请问需要什么帮助？",
        "您好呀！这里是潮汐商店客服，很高兴为您服务 😊 想了解商品、订单还是优惠活动呢？",
      ])
    : pick([
        "Hello and welcome to **Tide Shop** 🌊 I can track an order, find a product, work out the best discount or arrange a return. What can I do for you?",
        "Hi there! This is Tide Shop support 😊 Is it about a product, an order or a discount?",
      ]);
}

export function answerThanks({ language, pick }: Ask): string {
  return language === "zh"
    ? pick([
        "不客气，很高兴能帮到您 😊 还有其他问题随时找我，祝您购物愉快！",
        "应该的！有需要随时叫我，祝您生活愉快 🌊",
      ])
    : pick([
        "You are very welcome 😊 Just ask if there is anything else. Enjoy your shopping!",
        "My pleasure! I am here whenever you need me 🌊",
      ]);
}

export function answerGoodbye({ language }: Ask): string {
  return language === "zh"
    ? "再见，祝您一切顺利，潮汐商店随时欢迎您回来 👋"
    : "Goodbye and all the best. Tide Shop is always here for you 👋";
}

/** The one place where an answer says by itself that no model wrote it. */
export function answerIdentity({ language }: Ask): string {
  return language === "zh"
    ? "我是潮汐商店的 AI 客服助手。现在您看到的是**模拟回答**：服务器连接的是内置的模拟中转，没有接入真实模型，商品和订单都是演示数据。"
    : "I am the AI support assistant of Tide Shop. What you see now is a **simulated answer**: the server is connected to its built-in stand-in relay, not to a real model, and all products and orders are demonstration data.";
}

export function answerContinue({ language }: Ask): string {
  return language === "zh"
    ? "好的，我们接着说。刚才的内容已经讲完了，您想继续了解哪一部分：**商品、订单还是优惠**？"
    : "Sure, let us go on. I had finished my last answer; which part would you like more of: **products, orders or discounts**?";
}

export function answerSmallTalk({ language, pick }: Ask): string {
  return language === "zh"
    ? pick([
        "哈哈，跟您聊天很开心 😄 我最拿手的还是购物问题：查物流、选商品、算到手价，都可以交给我。",
        "我这边一切都好，谢谢关心！大促期间也在线陪您，有什么想买的吗？",
      ])
    : pick([
        "It is nice to chat with you 😄 I am best at shopping, though: parcels, products and prices. What may I look up?",
        "All well here, thank you for asking! Is there anything you would like to find today?",
      ]);
}

/** For everything else: repeats what was understood and asks what would help. */
export function answerUnknown({ language, text, pick }: Ask): string {
  const topic = text.replace(/\s+/g, " ").trim().slice(0, 24);
  if (language === "zh") {
    const lead = topic === "" ? "收到您的消息了。" : `收到，关于“${topic}”，我想先确认一下您的需求。`;
    return pick([
      `${lead}您是想：\n\n- **查订单或物流**（请发订单号）\n- **了解商品**（请说商品名或用途）\n- **算优惠**（请告诉我金额）\n- 或者**转人工**？\n\n回复一项就可以，我马上处理。`,
      `${lead}方便再多说一点吗？比如商品名称、订单号或者遇到的情况，我就能给您准确的答复；需要人工同事的话，点“转人工”即可。`,
    ]);
  }
  const lead = topic === "" ? "I have got your message." : `About “${topic}”: let me make sure I understand.`;
  return pick([
    `${lead} Would you like to:\n\n- **track an order** (send me its number),\n- **find a product** (tell me its name or use),\n- **get the best price** (tell me the amount),\n- or **talk to a person**?\n\nOne word is enough and I will get on with it.`,
    `${lead} Could you tell me a little more, such as the product, the order number or what happened? Then I can give you a precise answer. A colleague can also take over whenever you like.`,
  ]);
}
