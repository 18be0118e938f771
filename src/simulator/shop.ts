/** A text in both languages of the demo shop. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

export type Language = keyof Words;

export interface Product {
  readonly sku: string;
  readonly name: Words;
  readonly note: Words;
  readonly priceYuan: number;
  readonly stock: number;
  /** What a question must contain to mean this product. */
  readonly match: RegExp;
}

export interface Order {
  readonly number: string;
  readonly item: Words;
  readonly totalYuan: number;
  readonly state: Words;
  readonly steps: readonly (readonly [when: string, what: Words])[];
  readonly eta: Words;
}

export interface Coupon {
  readonly code: string;
  readonly minYuan: number;
  readonly offYuan: number;
  readonly until: string;
}

export const shopUrl = "https://shop.example";

export const products: readonly Product[] = [
  {
    sku: "tent-2p",
    name: { zh: "听潮双人帐篷", en: "Tidewater 2-Person Tent" },
    note: { zh: "2.1 kg，三季，防水 3000 mm", en: "2.1 kg, three seasons, 3,000 mm waterproof" },
    priceYuan: 899,
    stock: 42,
    match: /帐篷|\btents?\b|露营|camp/i,
  },
  {
    sku: "sleeping-bag-5c",
    name: { zh: "暖湾睡袋", en: "Warm Bay Sleeping Bag" },
    note: { zh: "舒适温标 5 ℃，可机洗", en: "comfort 5 °C, machine washable" },
    priceYuan: 359,
    stock: 120,
    match: /睡袋|sleeping ?bag|露营|camp/i,
  },
  {
    sku: "lantern",
    name: { zh: "渔火露营灯", en: "Harbor Light Lantern" },
    note: { zh: "续航 40 小时，Type-C", en: "40 h, USB-C" },
    priceYuan: 129,
    stock: 300,
    match: /灯|lantern|lamp|露营|camp/i,
  },
  {
    sku: "jacket-storm",
    name: { zh: "逐浪冲锋衣", en: "Breaker Storm Jacket" },
    note: { zh: "三层压胶，S–XXL", en: "3-layer, taped, S–XXL" },
    priceYuan: 699,
    stock: 18,
    match: /冲锋衣|外套|夹克|jacket|\bcoat\b/i,
  },
  {
    sku: "boots-trail",
    name: { zh: "礁石徒步鞋", en: "Reef Trail Boots" },
    note: { zh: "Vibram 大底，36–46 码", en: "Vibram sole, EU 36–46" },
    priceYuan: 559,
    stock: 0,
    match: /鞋|靴|boots?|shoes?/i,
  },
  {
    sku: "backpack-40l",
    name: { zh: "远帆 40L 背包", en: "Farsail 40 L Backpack" },
    note: { zh: "1.3 kg，带防雨罩", en: "1.3 kg, rain cover included" },
    priceYuan: 469,
    stock: 64,
    match: /背包|书包|backpack|rucksack/i,
  },
  {
    sku: "mug-wave",
    name: { zh: "浪花保温杯", en: "Wave Thermos Mug" },
    note: { zh: "500 ml，保温 12 小时", en: "500 ml, 12 h hot" },
    priceYuan: 99,
    stock: 800,
    match: /杯|\bmugs?\b|thermos|\bcups?\b/i,
  },
  {
    sku: "duvet-cloud",
    name: { zh: "云汐羽绒被", en: "Cloud Tide Duvet" },
    note: { zh: "95% 白鹅绒，1.5 m / 1.8 m", en: "95% goose down, single / double" },
    priceYuan: 1299,
    stock: 25,
    match: /被子|羽绒被|duvet|quilt/i,
  },
  {
    sku: "kettle-1l",
    name: { zh: "沙滩户外水壶", en: "Beach Camp Kettle" },
    note: { zh: "1 L，硬质氧化铝", en: "1 L, hard-anodised" },
    priceYuan: 159,
    stock: 77,
    match: /水壶|烧水|kettle/i,
  },
];

export const orders: readonly Order[] = [
  {
    number: "TS20261108001",
    item: { zh: "听潮双人帐篷 × 1", en: "Tidewater 2-Person Tent × 1" },
    totalYuan: 799,
    state: { zh: "运输中", en: "on its way" },
    steps: [
      ["11-08 20:14", { zh: "已付款", en: "Paid" }],
      ["11-09 09:30", { zh: "杭州仓已出库", en: "Left the Hangzhou warehouse" }],
      ["11-10 02:05", { zh: "到达上海转运中心", en: "Reached the Shanghai hub" }],
    ],
    eta: { zh: "预计明天 18:00 前送达", en: "expected tomorrow before 18:00" },
  },
  {
    number: "TS20261110042",
    item: { zh: "逐浪冲锋衣 L × 1、浪花保温杯 × 2", en: "Breaker Storm Jacket L × 1, Wave Thermos Mug × 2" },
    totalYuan: 797,
    state: { zh: "派送中", en: "out for delivery" },
    steps: [
      ["11-10 00:03", { zh: "已付款", en: "Paid" }],
      ["11-10 15:41", { zh: "广州仓已出库", en: "Left the Guangzhou warehouse" }],
      ["11-11 08:20", { zh: "快递员派送中", en: "With the courier" }],
    ],
    eta: { zh: "预计今天 20:00 前送达", en: "expected today before 20:00" },
  },
  {
    number: "TS20261111007",
    item: { zh: "远帆 40L 背包 × 1", en: "Farsail 40 L Backpack × 1" },
    totalYuan: 419,
    state: { zh: "待发货", en: "being packed" },
    steps: [["11-11 00:00", { zh: "已付款，仓库备货中", en: "Paid, the warehouse is packing" }]],
    eta: { zh: "48 小时内发货", en: "leaves within 48 hours" },
  },
];

export const coupons: readonly Coupon[] = [
  { code: "TIDE50", minYuan: 299, offYuan: 50, until: "11-12 23:59" },
  { code: "TIDE100", minYuan: 599, offYuan: 100, until: "11-12 23:59" },
  { code: "TIDE200", minYuan: 1199, offYuan: 200, until: "11-12 23:59" },
];

/** The coupon that takes most off an amount; undefined when none applies. */
export function bestCoupon(amountYuan: number): Coupon | undefined {
  return coupons.findLast((coupon) => amountYuan >= coupon.minYuan);
}

export function findOrder(number: string): Order | undefined {
  return orders.find((order) => order.number === number.toUpperCase());
}

export function findProducts(text: string): readonly Product[] {
  return products.filter((product) => product.match.test(text));
}

/** The page of a product, as a markdown link. */
export function productLink(product: Product, language: Language): string {
  return `[${product.name[language]}](${shopUrl}/p/${product.sku})`;
}
