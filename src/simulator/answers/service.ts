import type { Ask } from "../ask.ts";
import { shopUrl } from "../shop.ts";

export function answerReturn({ language, orderNumbers }: Ask): string {
  const number = orderNumbers.at(-1);
  return language === "zh"
    ? `可以的，支持 **7 天无理由退换**，退货运费险已包含。步骤如下：\n\n1. 打开[我的订单](${shopUrl}/orders)，选择${number === undefined ? "要退的商品" : `订单 \`${number}\``}；\n2. 点“申请售后”，选择退货或换货；\n3. 快递员 24 小时内上门取件；\n4. 仓库签收后 **1–3 个工作日**原路退款。\n\n商品有质量问题的话，请发张照片给我，我帮您优先处理。`
    : `Of course: you can return or exchange within **7 days**, and return shipping is covered.\n\n1. Open [My orders](${shopUrl}/orders) and choose ${number === undefined ? "the item" : `order \`${number}\``};\n2. Tap “Return or exchange”;\n3. A courier picks it up within 24 hours;\n4. The refund arrives **1–3 working days** after we receive it.\n\nIf something is faulty, send me a photo and I will give it priority.`;
}

export function answerInvoice({ language, orderNumbers }: Ask): string {
  const number = orderNumbers.at(-1);
  return language === "zh"
    ? `${number === undefined ? "发票" : `订单 \`${number}\` 的发票`}可以自助开具：**我的订单 → 申请发票**，填写抬头和税号后，电子发票会在 **24 小时内**发到您的邮箱。需要专票的话，请把公司名称、税号和邮箱发给我。`
    : `You can get the invoice${number === undefined ? "" : ` for order \`${number}\``} yourself under **My orders → Invoice**; it reaches your mailbox within **24 hours**. For a VAT invoice, send me the company name, tax number and e-mail address.`;
}

export function answerShipping({ language }: Ask): string {
  return language === "zh"
    ? "关于配送：\n\n- 全场满 **¥99 包邮**，不满收 ¥8；\n- 现货 **48 小时内**发货，默认顺丰或京东快递；\n- 江浙沪次日达，其他地区一般 **2–4 天**，新疆西藏 5–7 天。\n\n告诉我收货城市，我可以帮您估算到达时间。"
    : "About delivery:\n\n- Free from **¥99**, otherwise ¥8;\n- Items in stock leave within **48 hours**;\n- Next day around Shanghai, **2–4 days** elsewhere, 5–7 days for remote areas.\n\nTell me your city and I will estimate the arrival.";
}

export function answerSize({ language, products }: Ask): string {
  const what = products[0]?.name[language];
  return language === "zh"
    ? `${what ?? "服装和鞋"}的尺码参考：\n\n| 尺码 | 身高 cm | 体重 kg |\n| --- | --- | --- |\n| S | 155–165 | 45–55 |\n| M | 163–172 | 53–63 |\n| L | 170–178 | 62–73 |\n| XL | 176–185 | 72–85 |\n\n介于两个码之间建议选大一码。方便告诉我您的**身高和体重**吗？`
    : `Sizes for ${what ?? "clothing"}:\n\n| Size | Height cm | Weight kg |\n| --- | --- | --- |\n| S | 155–165 | 45–55 |\n| M | 163–172 | 53–63 |\n| L | 170–178 | 62–73 |\n| XL | 176–185 | 72–85 |\n\nBetween two sizes, take the larger one. What are your **height and weight**?`;
}

export function answerPayment({ language }: Ask): string {
  return language === "zh"
    ? "我们支持 **微信支付、支付宝、银联卡**，满 ¥600 还可以分 3 期免息。付款失败时请稍等一分钟再试；如果已经扣款但订单没更新，把订单号发给我，我来核对。"
    : "We take **WeChat Pay, Alipay and UnionPay**, with 3 interest-free instalments from ¥600. If a payment fails, please wait a minute and try again; if you were charged but the order did not change, send me its number.";
}

export function answerHuman({ language, pick }: Ask): string {
  return language === "zh"
    ? pick([
        "好的，您想找**人工客服**。请点击窗口上方的“转人工”：有同事在线时会接手，并能看到我们的全部对话，不用重复说明。",
        "明白。请点一下窗口上方的“转人工”，同事在线就会来接手；在那之前，您也可以继续问我。",
      ])
    : pick([
        "Of course. Tap “Talk to a person” above: when a **colleague** is there, they take over and see our whole conversation, so nothing has to be repeated.",
        "I understand. Tap “Talk to a person” above, and a colleague takes over when one is there; until then you can keep asking me.",
      ]);
}

export function answerComplaint({ language }: Ask): string {
  return language === "zh"
    ? "非常抱歉给您带来了不好的体验 🙏 我想尽快帮您解决：请告诉我**订单号**和遇到的具体问题（有照片更好），我会优先处理；您也可以随时选择“转人工”。"
    : "I am very sorry about this 🙏 I would like to put it right: please tell me the **order number** and what went wrong (a photo helps), and I will treat it as urgent. You can also ask for a person at any time.";
}

export function answerAccount({ language }: Ask): string {
  return language === "zh"
    ? `账号问题可以这样处理：\n\n- **忘记密码**：登录页点“忘记密码”，用手机验证码重设；\n- **注册或登录失败**：换个网络再试，验证码 10 分钟内有效；\n- **修改资料、注销、订阅通知**：[账号设置](${shopUrl}/account)。\n\n还是不行的话，把提示文字发给我（**不要发送密码或验证码**），我帮您看看。`
    : `For your account:\n\n- **Password or PIN forgotten**: choose “Forgot password” and confirm by text message;\n- **Cannot register or log in**: try another network; a code is valid for 10 minutes;\n- **Change, upgrade or delete it, newsletter**: [Account settings](${shopUrl}/account).\n\nIf that does not help, send me the message you see (**never a password or code**).`;
}

export function answerAddress({ language, orderNumbers }: Ask): string {
  const number = orderNumbers.at(-1);
  return language === "zh"
    ? `${number === undefined ? "订单" : `订单 \`${number}\``}**出库前**可以改地址：在[我的订单](${shopUrl}/orders)里点“修改地址”即可；已经出库的话，我帮您联系快递改派。常用地址在[地址簿](${shopUrl}/account/addresses)里添加。请告诉我订单号和新地址所在的城市？`
    : `You can change the address of ${number === undefined ? "an order" : `order \`${number}\``} **until it leaves the warehouse**, under [My orders](${shopUrl}/orders); afterwards I can ask the courier to redirect it. Save addresses in your [address book](${shopUrl}/account/addresses). Which order is it, and which city?`;
}

export function answerReview({ language }: Ask): string {
  return language === "zh"
    ? "谢谢您愿意分享感受！签收后在**我的订单 → 评价**里就可以写，带图评价送 50 积分；对服务的建议也可以直接告诉我，我会转给同事。"
    : "Thank you for sharing your opinion! After delivery you can write it under **My orders → Review** (50 points with a photo). Suggestions about our service can also go straight to me; I will pass them on.";
}
