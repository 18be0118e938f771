import type { DrawingName } from "./drawings.tsx";

/** A text in both languages of the shop. */
export interface Both {
  readonly zh: string;
  readonly en: string;
}

export interface Good {
  readonly sku: string;
  readonly drawing: DrawingName;
  readonly name: Both;
  readonly note: Both;
  readonly priceYuan: number;
  readonly section: "camp" | "wear" | "home";
  readonly soldOut?: true;
}

/** The same goods that the demo's assistant knows. */
export const goods: readonly Good[] = [
  {
    sku: "tent-2p",
    drawing: "tent",
    section: "camp",
    name: { zh: "听潮双人帐篷", en: "Tidewater 2-Person Tent" },
    note: { zh: "2.1 kg · 三季 · 防水 3000 mm", en: "2.1 kg · three seasons · 3,000 mm" },
    priceYuan: 899,
  },
  {
    sku: "sleeping-bag-5c",
    drawing: "bag",
    section: "camp",
    name: { zh: "暖湾睡袋", en: "Warm Bay Sleeping Bag" },
    note: { zh: "舒适温标 5 ℃ · 可机洗", en: "Comfort 5 °C · machine washable" },
    priceYuan: 359,
  },
  {
    sku: "lantern",
    drawing: "lantern",
    section: "camp",
    name: { zh: "渔火露营灯", en: "Harbor Light Lantern" },
    note: { zh: "续航 40 小时 · Type-C", en: "40 hours · USB-C" },
    priceYuan: 129,
  },
  {
    sku: "kettle-1l",
    drawing: "kettle",
    section: "camp",
    name: { zh: "沙滩户外水壶", en: "Beach Camp Kettle" },
    note: { zh: "1 L · 硬质氧化铝", en: "1 L · hard-anodised" },
    priceYuan: 159,
  },
  {
    sku: "backpack-40l",
    drawing: "backpack",
    section: "wear",
    name: { zh: "远帆 40L 背包", en: "Farsail 40 L Backpack" },
    note: { zh: "1.3 kg · 带防雨罩", en: "1.3 kg · rain cover included" },
    priceYuan: 469,
  },
  {
    sku: "boots-trail",
    drawing: "boots",
    section: "wear",
    name: { zh: "礁石徒步鞋", en: "Reef Trail Boots" },
    note: { zh: "Vibram 大底 · 36–46 码", en: "Vibram sole · EU 36–46" },
    priceYuan: 559,
    soldOut: true,
  },
  {
    sku: "mug-wave",
    drawing: "mug",
    section: "home",
    name: { zh: "浪花保温杯", en: "Wave Thermos Mug" },
    note: { zh: "500 ml · 保温 12 小时", en: "500 ml · 12 hours hot" },
    priceYuan: 99,
  },
  {
    sku: "duvet-cloud",
    drawing: "duvet",
    section: "home",
    name: { zh: "云汐羽绒被", en: "Cloud Tide Duvet" },
    note: { zh: "95% 白鹅绒 · 1.5 m / 1.8 m", en: "95% goose down · single / double" },
    priceYuan: 1299,
  },
];
