/** Replies as a shop's assistant writes them, in Chinese and English. */
export const replies: readonly string[] = [
  "您好！您的订单 **20261123-0042** 已于今天 09:30 发出，预计 **11 月 25 日** 送达。",
  "Thanks for waiting! Your refund of **$45.00** was approved on *Monday* and should arrive within `3–5` business days.",
  `## 退货步骤

1. 打开 **我的订单**
2. 选择要退的商品
   - 未拆封：七天内可退
   - 已拆封：请先联系客服
3. 提交申请，等待审核

> 运费险会在签收后 72 小时内到账。

如需帮助，请回复“人工”。`,
  `### Shipping options

| Method | Time | Price |
|:-------|:----:|------:|
| Standard | 3–5 days | $4.99 |
| Express | 1–2 days | **$12.99** |
| Pickup | same day | free |

Orders over $50 ship free.`,
  "Here is how to track it:\n\n```bash\ncurl https://api.example.com/track/42\n  --header 'Accept: application/json'\n\n# done\n```\n\nReplace `42` with your number.",
  "抱歉给您带来不便。我查到两种可能：\n\n- 地址填写有误\n- 快递员未能联系到您\n\n请问您的手机号是 138****5678 吗？",
  "1. **Check the size chart**\n\n   Measure the chest and compare.\n\n2. **Pick the colour**\n\n   Black and white are in stock.\n\n3. **Order**",
  "The item `SKU_ABC_123` costs US$20 and HK$156; the box measures 3 * 4 * 5 cm.",
  "See our [return policy](https://shop.example/returns) or write to [support](mailto:help@shop.example).",
  "- Level one\n  - Level two\n    - Level three\n  - Back to two\n- Back to one",
  "您可以这样操作：\n\n1. 进入「设置」\n2. 点击「账户与安全」\n3. 选择「更换手机号」\n\n---\n\n如果还有问题，随时找我 😊",
  "**Warranty:** two years.\n**Battery:** six months.\n**Accessories:** not covered.",
  "Unfortunately ~~30% off~~ the *spring sale* is over. Next sale: **December 12**.",
  "> Dear customer,\n>\n> your parcel is at the *pickup point*:\n>\n> - open 9–18\n> - bring an ID\n\nAnything else?",
  "| 商品 | 数量 | 小计 |\n| --- | --- | --- |\n| 无线耳机 | 1 | ￥299 |\n| 充电线 | 2 | ￥38 |\n\n合计 **￥337**，已减免运费。",
  "### 1. 保修范围\n\n主机保修 **两年**，电池保修 *六个月*。\n\n### 2. 不在保修内\n\n* 进水\n* 私自拆机\n* 人为摔损",
  'The API returns:\n\n```json\n{\n  "status": "shipped",\n  "eta": "2026-11-25"\n}\n```\n\nwhich means it left the warehouse.',
  "请注意 5 < 6 且 a > b；代码 `if (a < b)` 无需修改。R&D 部门会跟进。",
  "Steps:\n\n1. Unplug the device\n2. Wait 10 seconds\n3. Plug it in again\n   1. Hold the button\n   2. Release it after the beep\n4. Done",
  "感谢您的耐心等待！\n\n**处理结果**\n\n您的退款申请已通过，金额 **￥128.50** 将原路退回，请在 1–3 个工作日内留意 `微信支付` 账单。\n\n祝您生活愉快！",
];
