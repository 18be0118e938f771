/** `sku, zh, en, what it changes in the price (percent), zh note, en note` */
export type Make = readonly [sku: string, zh: string, en: string, percent: number, zhNote: string, enNote: string];

/** `sku, zh, en, price in yuan, zh note, en note` */
export type Size = readonly [sku: string, zh: string, en: string, yuan: number, zhNote: string, enNote: string];

/** What a shelf of the demo shop holds: every make in every size. */
export interface Family {
  readonly sku: string;
  readonly zh: string;
  readonly en: string;
  readonly categories: readonly string[];
  readonly keywords: string;
  readonly makes: readonly Make[];
  readonly sizes: readonly Size[];
}

const letters = (yuan: number): Size[] => [
  ["s", "S 码", "S", yuan, "适合身高 155–165 cm", "for 155–165 cm"],
  ["m", "M 码", "M", yuan, "适合身高 163–172 cm", "for 163–172 cm"],
  ["l", "L 码", "L", yuan, "适合身高 170–178 cm", "for 170–178 cm"],
  ["xl", "XL 码", "XL", yuan + 20, "适合身高 176–185 cm", "for 176–185 cm"],
];

export const families: readonly Family[] = [
  {
    sku: "tent",
    zh: "帐篷",
    en: "Tent",
    categories: ["camp", "tents"],
    keywords: "露营 野营 帐蓬 camping shelter",
    makes: [
      [
        "breeze",
        "海风",
        "Sea Breeze",
        70,
        "三季，210T 涤纶，防水 2000 mm",
        "three seasons, 210T polyester, 2,000 mm waterproof",
      ],
      [
        "trade",
        "信风",
        "Trade Wind",
        130,
        "四季，20D 硅涂层尼龙，防水 4000 mm",
        "four seasons, 20D silicone nylon, 4,000 mm waterproof",
      ],
      [
        "dune",
        "沙洲",
        "Sandbar",
        100,
        "三季，棉涤混纺，透气防泼水",
        "three seasons, cotton blend, breathable and water-repellent",
      ],
    ],
    sizes: [
      ["1p", "单人", "1-Person", 459, "1.5 kg", "1.5 kg"],
      ["3p", "三人", "3-Person", 1099, "3.1 kg，双门", "3.1 kg, two doors"],
      ["4p", "四人", "4-Person", 1399, "4.4 kg，带前厅", "4.4 kg, with a porch"],
      ["6p", "六人家庭", "6-Person Family", 1999, "8.9 kg，两室一厅", "8.9 kg, two rooms and a living space"],
    ],
  },
  {
    sku: "tarp",
    zh: "天幕",
    en: "Tarp",
    categories: ["camp", "tents"],
    keywords: "遮阳 防雨 shade awning",
    makes: [
      ["gull", "白鸥", "Gull", 100, "150D 牛津布，银胶防晒 UPF 50+", "150D Oxford, silver coating, UPF 50+"],
      [
        "mist",
        "晨雾",
        "Morning Mist",
        150,
        "20D 尼龙，超轻，收纳如水瓶大小",
        "20D nylon, packs to the size of a bottle",
      ],
    ],
    sizes: [
      ["3x3", "3×3 m", "3 × 3 m", 229, "可遮 4 人", "shade for four"],
      ["4x4", "4×4 m", "4 × 4 m", 299, "可遮 6 人", "shade for six"],
      ["5x4", "蝶形 5×4 m", "Butterfly 5 × 4 m", 359, "可遮 8 人", "shade for eight"],
    ],
  },
  {
    sku: "bag",
    zh: "睡袋",
    en: "Sleeping Bag",
    categories: ["camp", "sleeping"],
    keywords: "露营 被 sleepingbag",
    makes: [
      ["cove", "静湾", "Quiet Cove", 80, "中空棉填充，可机洗", "hollow-fibre filling, machine washable"],
      ["goose", "雁羽", "Wild Goose", 240, "90% 白鸭绒，700 蓬松度", "90% duck down, 700 fill power"],
      [
        "moon",
        "月湾",
        "Moon Bay",
        120,
        "再生纤维填充，信封式，可双拼",
        "recycled fibre, envelope shape, two zip together",
      ],
    ],
    sizes: [
      ["10c", "10 ℃", "10 °C", 259, "舒适温标 10 ℃，0.9 kg", "comfort 10 °C, 0.9 kg"],
      ["0c", "0 ℃", "0 °C", 399, "舒适温标 0 ℃，1.4 kg", "comfort 0 °C, 1.4 kg"],
      ["minus8c", "−8 ℃", "−8 °C", 559, "舒适温标 −8 ℃，1.9 kg", "comfort −8 °C, 1.9 kg"],
      ["kids", "儿童款", "Kids’", 219, "适合 100–140 cm，舒适温标 8 ℃", "for 100–140 cm, comfort 8 °C"],
    ],
  },
  {
    sku: "mat",
    zh: "防潮垫",
    en: "Sleeping Mat",
    categories: ["camp", "sleeping"],
    keywords: "睡垫 气垫 pad mattress",
    makes: [
      ["drift", "浮木", "Driftwood", 60, "XPE 闭孔泡棉，可折叠", "closed-cell XPE foam, folds"],
      ["float", "浮岛", "Floating Isle", 140, "自动充气，海绵芯，R 值 3.2", "self-inflating, foam core, R 3.2"],
      ["air", "轻浪", "Light Wave", 180, "40D 尼龙气垫，R 值 4.1", "40D nylon air mat, R 4.1"],
    ],
    sizes: [
      ["single", "单人", "Single", 159, "190 × 60 cm", "190 × 60 cm"],
      ["wide", "加宽", "Wide", 199, "195 × 70 cm", "195 × 70 cm"],
      ["double", "双人", "Double", 329, "200 × 132 cm", "200 × 132 cm"],
    ],
  },
  {
    sku: "light",
    zh: "营地灯",
    en: "Camp Light",
    categories: ["camp", "lighting"],
    keywords: "露营灯 照明 lamp lantern",
    makes: [
      ["beacon", "灯塔", "Lighthouse", 100, "三色温，IPX5，Type-C 充电", "three colour temperatures, IPX5, USB-C"],
      ["firefly", "流萤", "Firefly", 75, "暖光，可挂，干电池与充电两用", "warm light, hangs, batteries or USB"],
      ["wave", "浪涌", "Surge", 140, "磁吸底座，IPX7，可遥控", "magnetic base, IPX7, remote control"],
    ],
    sizes: [
      ["mini", "迷你", "Mini", 59, "100 流明，续航 20 小时", "100 lm, 20 hours"],
      ["400", "400 流明", "400 lm", 139, "续航 30 小时", "30 hours"],
      ["1000", "1000 流明", "1,000 lm", 239, "续航 18 小时，可给手机充电", "18 hours, charges a phone"],
      ["string", "10 米串灯", "10 m String", 119, "80 颗灯珠，带收纳盘", "80 bulbs on a reel"],
    ],
  },
  {
    sku: "headlamp",
    zh: "头灯",
    en: "Headlamp",
    categories: ["camp", "lighting"],
    keywords: "夜跑 钓鱼 torch head torch",
    makes: [
      ["pilot", "领航", "Pilot", 100, "感应开关，IPX6", "gesture switch, IPX6"],
      ["night", "夜航", "Night Sail", 150, "红光模式，锂电可拆", "red light, removable battery"],
      ["kids", "小水手", "Little Sailor", 60, "柔光，定时关闭", "soft light, switches itself off"],
    ],
    sizes: [
      ["300", "300 流明", "300 lm", 89, "62 g", "62 g"],
      ["600", "600 流明", "600 lm", 149, "85 g", "85 g"],
      ["1200", "1200 流明", "1,200 lm", 259, "128 g，照射 180 m", "128 g, 180 m beam"],
    ],
  },
  {
    sku: "stove",
    zh: "炉具",
    en: "Stove",
    categories: ["camp", "cooking"],
    keywords: "炉子 卡式炉 气炉 gas burner",
    makes: [
      ["ember", "余烬", "Ember", 100, "电子点火，压电不怕潮", "piezo ignition"],
      ["forge", "铁锚", "Iron Anchor", 140, "防风结构，双层炉头", "wind-proof, double burner head"],
    ],
    sizes: [
      ["solo", "单人分体", "Solo", 129, "98 g，2600 W", "98 g, 2,600 W"],
      ["cassette", "卡式", "Cassette", 169, "1.4 kg，3500 W", "1.4 kg, 3,500 W"],
      ["double", "双头", "Double", 459, "4.2 kg，2 × 3000 W", "4.2 kg, 2 × 3,000 W"],
      ["wood", "柴火", "Wood", 219, "不锈钢，可拆叠成板", "stainless steel, folds flat"],
    ],
  },
  {
    sku: "cookset",
    zh: "套锅",
    en: "Cook Set",
    categories: ["camp", "cooking"],
    keywords: "锅具 野餐 pots pan cookware",
    makes: [
      ["shell", "贝壳", "Seashell", 100, "硬质氧化铝", "hard-anodised aluminium"],
      ["steel", "钢帆", "Steel Sail", 120, "304 不锈钢", "304 stainless steel"],
      ["feather", "轻羽", "Feather", 260, "纯钛", "pure titanium"],
    ],
    sizes: [
      ["1", "单人", "for One", 139, "750 ml 锅与煎盘", "750 ml pot and pan"],
      ["2", "2–3 人", "for Two or Three", 219, "两锅一煎盘", "two pots and a pan"],
      ["4", "4–6 人", "for Four to Six", 359, "三锅一壶一煎盘", "three pots, a kettle and a pan"],
    ],
  },
  {
    sku: "grill",
    zh: "烧烤架",
    en: "Grill",
    categories: ["camp", "cooking"],
    keywords: "烤炉 木炭 bbq barbecue",
    makes: [
      ["tide", "潮火", "Tidefire", 100, "不锈钢烤网，可拆洗", "stainless grate, takes apart for washing"],
      ["charcoal", "礁火", "Reef Fire", 140, "加厚碳钢，双层炭盆", "thick carbon steel, double charcoal pan"],
    ],
    sizes: [
      ["mini", "桌面", "Table", 129, "适合 2–3 人", "for two or three"],
      ["fold", "折叠", "Folding", 229, "适合 4–6 人，收起 7 cm 厚", "for four to six, 7 cm thin when folded"],
      ["stand", "立式", "Standing", 399, "适合 8 人以上，带侧桌", "for eight or more, with a side table"],
    ],
  },
  {
    sku: "cooler",
    zh: "保温箱",
    en: "Cooler",
    categories: ["camp", "cooking"],
    keywords: "冰桶 冷藏箱 ice box cool box",
    makes: [
      ["polar", "极浪", "Polar Wave", 100, "PU 发泡，保冷 48 小时", "PU foam, cold for 48 hours"],
      ["soft", "软帆", "Soft Sail", 55, "可折叠软包，保冷 12 小时", "folding soft bag, cold for 12 hours"],
    ],
    sizes: [
      ["12l", "12 L", "12 L", 219, "可放 12 罐", "twelve cans"],
      ["25l", "25 L", "25 L", 349, "可放 30 罐", "thirty cans"],
      ["45l", "45 L", "45 L", 559, "带轮与拉杆", "with wheels and a handle"],
    ],
  },
  {
    sku: "chair",
    zh: "折叠椅",
    en: "Folding Chair",
    categories: ["camp", "furniture"],
    keywords: "椅子 露营椅 seat",
    makes: [
      ["pier", "栈桥", "Pier", 100, "铝合金支架，600D 牛津布", "aluminium frame, 600D Oxford"],
      ["oak", "橡岸", "Oak Shore", 160, "榉木支架，棉帆布", "beech frame, cotton canvas"],
    ],
    sizes: [
      ["low", "矮脚", "Low", 129, "1.1 kg，承重 120 kg", "1.1 kg, carries 120 kg"],
      ["moon", "月亮", "Moon", 189, "1.3 kg，承重 150 kg", "1.3 kg, carries 150 kg"],
      ["high", "高背", "High-Back", 259, "2.2 kg，带头枕", "2.2 kg, with a head rest"],
      ["kids", "儿童", "Kids’", 99, "0.8 kg，承重 60 kg", "0.8 kg, carries 60 kg"],
    ],
  },
  {
    sku: "table",
    zh: "折叠桌",
    en: "Folding Table",
    categories: ["camp", "furniture"],
    keywords: "桌子 蛋卷桌 desk",
    makes: [
      ["pier", "栈桥", "Pier", 100, "铝合金蛋卷桌面", "roll-up aluminium top"],
      ["oak", "橡岸", "Oak Shore", 150, "榉木桌面，油漆防水", "beech top, varnished"],
    ],
    sizes: [
      ["60", "60 cm", "60 cm", 169, "2.3 kg，2 人", "2.3 kg, for two"],
      ["95", "95 cm", "95 cm", 259, "4.6 kg，4 人", "4.6 kg, for four"],
      ["120", "120 cm", "120 cm", 339, "6.2 kg，6 人", "6.2 kg, for six"],
    ],
  },
  {
    sku: "hammock",
    zh: "吊床",
    en: "Hammock",
    categories: ["camp", "furniture"],
    keywords: "秋千 swing",
    makes: [
      ["palm", "椰影", "Palm Shade", 100, "210T 尼龙，带绑带", "210T nylon, straps included"],
      ["net", "渔网", "Fishing Net", 130, "棉绳编织，木撑杆", "woven cotton with wooden bars"],
    ],
    sizes: [
      ["single", "单人", "Single", 119, "承重 150 kg", "carries 150 kg"],
      ["double", "双人", "Double", 169, "承重 250 kg", "carries 250 kg"],
      ["mosquito", "带蚊帐", "with Net", 219, "承重 200 kg，全封闭蚊帐", "carries 200 kg, closed mosquito net"],
    ],
  },
  {
    sku: "pack",
    zh: "背包",
    en: "Backpack",
    categories: ["wear", "packs"],
    keywords: "书包 双肩包 登山包 rucksack bag",
    makes: [
      ["cape", "海岬", "Cape", 85, "420D 尼龙，胸扣带哨", "420D nylon, whistle on the strap"],
      ["ridge", "山脊", "Ridgeline", 130, "悬浮背负，带防雨罩", "suspended back, rain cover included"],
      ["float", "浮标", "Buoy", 110, "TPU 防水，卷口", "TPU, waterproof, roll top"],
    ],
    sizes: [
      ["18l", "18 L", "18 L", 259, "0.6 kg", "0.6 kg"],
      ["28l", "28 L", "28 L", 359, "0.9 kg", "0.9 kg"],
      ["50l", "50 L", "50 L", 599, "1.6 kg", "1.6 kg"],
      ["65l", "65 L", "65 L", 799, "1.9 kg，可调背长", "1.9 kg, adjustable back"],
    ],
  },
  {
    sku: "pole",
    zh: "登山杖",
    en: "Trekking Poles",
    categories: ["wear", "hiking"],
    keywords: "手杖 徒步 hiking stick",
    makes: [
      ["pine", "松涛", "Pinewave", 100, "7075 铝合金，软木握把", "7075 aluminium, cork grips"],
      ["heron", "苍鹭", "Heron", 220, "碳纤维，EVA 握把", "carbon, EVA grips"],
    ],
    sizes: [
      ["fold", "折叠", "Folding", 219, "一对，最短 36 cm", "a pair, 36 cm when folded"],
      ["lock", "外锁", "Lever-Lock", 179, "一对，65–135 cm", "a pair, 65–135 cm"],
    ],
  },
  {
    sku: "shell",
    zh: "冲锋衣",
    en: "Shell Jacket",
    categories: ["wear", "clothing"],
    keywords: "外套 夹克 防风 jacket coat raincoat",
    makes: [
      [
        "squall",
        "疾风",
        "Squall",
        100,
        "2.5 层，防水 10000 mm，可收进口袋",
        "2.5 layers, 10,000 mm, packs into its pocket",
      ],
      ["north", "北海", "North Sea", 160, "三合一，可拆抓绒内胆", "three in one, removable fleece"],
      ["rain", "骤雨", "Cloudburst", 80, "2 层，防水 8000 mm，腋下拉链", "2 layers, 8,000 mm, pit zips"],
    ],
    sizes: letters(459),
  },
  {
    sku: "fleece",
    zh: "抓绒衣",
    en: "Fleece",
    categories: ["wear", "clothing"],
    keywords: "保暖 卫衣 sweater",
    makes: [
      ["otter", "海獭", "Otter", 100, "200 g/m² 双面绒", "200 g/m², both sides brushed"],
      ["seal", "海豹", "Seal", 130, "高绒半拉链，立领", "high pile, half zip, stand-up collar"],
      ["lamb", "白浪", "White Crest", 145, "羊羔绒，拼接抗磨布", "sherpa fleece with hard-wearing panels"],
    ],
    sizes: letters(219),
  },
  {
    sku: "down",
    zh: "羽绒服",
    en: "Down Jacket",
    categories: ["wear", "clothing"],
    keywords: "保暖 冬 外套 puffer coat",
    makes: [
      ["tern", "燕鸥", "Tern", 100, "90% 鸭绒，轻薄可收纳，260 g", "90% duck down, packs small, 260 g"],
      ["frost", "霜港", "Frost Harbor", 190, "90% 白鹅绒，700 蓬松度，连帽", "90% goose down, 700 fill power, hooded"],
      ["vest", "晨鸭", "Morning Duck", 75, "80% 鸭绒背心，200 g", "80% duck-down vest, 200 g"],
    ],
    sizes: letters(499),
  },
  {
    sku: "pants",
    zh: "速干裤",
    en: "Quick-Dry Trousers",
    categories: ["wear", "clothing"],
    keywords: "裤子 徒步裤 pants",
    makes: [
      ["reed", "芦苇", "Reed", 100, "四面弹，DWR 防泼水", "four-way stretch, water-repellent"],
      ["sand", "沙鸥", "Sandpiper", 115, "可拆卸成短裤", "zip off to shorts"],
      ["frost", "霜港", "Frost Harbor", 150, "抓绒内里，防风", "fleece lining, wind-proof"],
    ],
    sizes: letters(199),
  },
  {
    sku: "base",
    zh: "美利奴内衣",
    en: "Merino Base Layer",
    categories: ["wear", "clothing"],
    keywords: "羊毛 打底 保暖内衣 underwear wool",
    makes: [
      ["wool", "牧羊湾", "Shepherd Bay", 100, "100% 美利奴羊毛，180 g/m²", "100% merino, 180 g/m²"],
      ["dry", "净流", "Clear Stream", 55, "吸湿排汗涤纶，银离子抑菌", "wicking polyester, silver ions against odour"],
    ],
    sizes: letters(359),
  },
  {
    sku: "hat",
    zh: "帽子",
    en: "Hat",
    categories: ["wear", "accessories"],
    keywords: "遮阳 渔夫帽 cap beanie",
    makes: [
      ["sun", "朝阳", "Sunrise", 100, "UPF 50+，快干", "UPF 50+, dries quickly"],
      ["knit", "针浪", "Knit Wave", 110, "羊毛混纺，双层", "wool blend, two layers"],
      ["fish", "渔夫", "Fisherman", 120, "蜡染棉布，防泼水", "waxed cotton, water-repellent"],
    ],
    sizes: [
      ["m", "M 码", "M", 89, "头围 54–57 cm", "54–57 cm"],
      ["l", "L 码", "L", 89, "头围 57–60 cm", "57–60 cm"],
    ],
  },
  {
    sku: "socks",
    zh: "徒步袜",
    en: "Hiking Socks",
    categories: ["wear", "socks"],
    keywords: "袜子 羊毛袜 sock",
    makes: [
      ["wool", "牧羊湾", "Shepherd Bay", 100, "70% 美利奴羊毛，毛圈缓震", "70% merino, cushioned"],
      ["cool", "凉波", "Cool Ripple", 70, "Coolmax 混纺，薄款", "Coolmax blend, thin"],
      ["ski", "雪线", "Snow Line", 160, "加厚长筒，80% 羊毛", "thick, knee-high, 80% wool"],
    ],
    sizes: [
      ["35-38", "35–38 码", "EU 35–38", 59, "中筒，一双", "crew, one pair"],
      ["39-42", "39–42 码", "EU 39–42", 59, "中筒，一双", "crew, one pair"],
      ["43-46", "43–46 码", "EU 43–46", 59, "中筒，一双", "crew, one pair"],
    ],
  },
  {
    sku: "shoes",
    zh: "徒步鞋",
    en: "Hiking Shoes",
    categories: ["wear", "footwear"],
    keywords: "鞋子 登山鞋 低帮 boots sneakers trail",
    makes: [
      ["crab", "石蟹", "Rock Crab", 100, "低帮，透气网面，橡胶大底", "low cut, mesh, rubber sole"],
      ["goat", "岩羊", "Blue Sheep", 150, "中帮，防水膜，EVA 中底", "mid cut, waterproof membrane, EVA midsole"],
      ["fox", "沙狐", "Sand Fox", 125, "越野跑鞋，8 mm 落差，轻至 250 g", "trail running, 8 mm drop, from 250 g"],
    ],
    sizes: [
      ["38", "38 码", "EU 38", 399, "脚长 24 cm", "foot 24 cm"],
      ["40", "40 码", "EU 40", 399, "脚长 25 cm", "foot 25 cm"],
      ["42", "42 码", "EU 42", 399, "脚长 26 cm", "foot 26 cm"],
      ["44", "44 码", "EU 44", 399, "脚长 27 cm", "foot 27 cm"],
    ],
  },
  {
    sku: "sandals",
    zh: "溯溪凉鞋",
    en: "Water Sandals",
    categories: ["wear", "footwear"],
    keywords: "拖鞋 沙滩 beach shoes",
    makes: [
      ["pebble", "卵石", "Pebble", 100, "快干织带，防滑大底", "quick-dry straps, non-slip sole"],
      ["lagoon", "泻湖", "Lagoon", 130, "包头护趾，磁扣", "closed toe, magnetic buckle"],
    ],
    sizes: [
      ["37", "37 码", "EU 37", 229, "脚长 23.5 cm", "foot 23.5 cm"],
      ["39", "39 码", "EU 39", 229, "脚长 24.5 cm", "foot 24.5 cm"],
      ["41", "41 码", "EU 41", 229, "脚长 25.5 cm", "foot 25.5 cm"],
      ["43", "43 码", "EU 43", 229, "脚长 26.5 cm", "foot 26.5 cm"],
    ],
  },
  {
    sku: "bottle",
    zh: "水瓶",
    en: "Bottle",
    categories: ["home", "drinkware"],
    keywords: "水杯 运动 water bottle flask",
    makes: [
      ["clear", "清浪", "Clear Wave", 60, "Tritan，不含双酚 A", "Tritan, BPA-free"],
      ["steel", "钢帆", "Steel Sail", 110, "316 不锈钢，保冷 24 小时", "316 stainless steel, cold for 24 hours"],
      ["kids", "小海豚", "Little Dolphin", 80, "吸管盖，防摔硅胶套", "straw lid, silicone sleeve"],
    ],
    sizes: [
      ["500", "500 ml", "500 ml", 89, "260 g", "260 g"],
      ["750", "750 ml", "750 ml", 109, "330 g", "330 g"],
      ["1000", "1 L", "1 L", 129, "400 g", "400 g"],
    ],
  },
  {
    sku: "cup",
    zh: "马克杯",
    en: "Mug",
    categories: ["home", "drinkware"],
    keywords: "杯子 咖啡杯 cup coffee tea",
    makes: [
      ["glaze", "青釉", "Celadon", 100, "手工青瓷，可进洗碗机", "hand-made celadon, dishwasher-safe"],
      ["enamel", "珐琅", "Enamel", 80, "搪瓷，明火可用", "enamel, may stand on a flame"],
      ["tumbler", "随行", "Travel", 150, "双层不锈钢，防漏盖", "double steel wall, leak-proof lid"],
      ["clay", "陶土", "Clay Shore", 110, "粗陶，手工拉坯", "stoneware, thrown by hand"],
    ],
    sizes: [
      ["300", "300 ml", "300 ml", 59, "带软木杯垫", "with a cork coaster"],
      ["400", "400 ml", "400 ml", 69, "带竹盖", "with a bamboo lid"],
    ],
  },
  {
    sku: "teapot",
    zh: "茶壶",
    en: "Teapot",
    categories: ["home", "drinkware"],
    keywords: "茶具 泡茶 tea set",
    makes: [
      ["glaze", "青釉", "Celadon", 100, "手工青瓷", "hand-made celadon"],
      ["glass", "琉璃", "Glass Bay", 75, "高硼硅玻璃，可明火", "borosilicate glass, may stand on a flame"],
    ],
    sizes: [
      ["400", "400 ml", "400 ml", 159, "配两只杯", "with two cups"],
      ["800", "800 ml", "800 ml", 219, "配四只杯", "with four cups"],
    ],
  },
  {
    sku: "duvet",
    zh: "被子",
    en: "Duvet",
    categories: ["home", "bedding"],
    keywords: "棉被 被芯 quilt comforter",
    makes: [
      ["cotton", "棉汐", "Cotton Tide", 45, "新疆长绒棉", "long-staple cotton"],
      ["silk", "丝波", "Silk Ripple", 130, "100% 桑蚕丝", "100% mulberry silk"],
      ["down", "云汐", "Cloud Tide", 145, "95% 白鹅绒", "95% goose down"],
    ],
    sizes: [
      ["150", "1.5 m", "Single", 899, "150 × 200 cm", "150 × 200 cm"],
      ["200", "2 m", "Double", 1099, "200 × 230 cm", "200 × 230 cm"],
      ["220", "2.2 m", "King", 1299, "220 × 240 cm", "220 × 240 cm"],
    ],
  },
  {
    sku: "sheets",
    zh: "四件套",
    en: "Bed Linen Set",
    categories: ["home", "bedding"],
    keywords: "床单 被套 床品 sheets bedding",
    makes: [
      ["linen", "亚麻岸", "Linen Shore", 160, "100% 法国亚麻，水洗", "100% French flax, washed"],
      ["sateen", "晚霞", "Afterglow", 100, "60 支贡缎长绒棉", "60s sateen, long-staple cotton"],
      ["jersey", "软棉", "Soft Jersey", 80, "针织棉，裸睡触感", "cotton jersey"],
    ],
    sizes: [
      ["150", "1.5 m 床", "for 1.5 m", 399, "被套 200 × 230 cm", "duvet cover 200 × 230 cm"],
      ["180", "1.8 m 床", "for 1.8 m", 459, "被套 220 × 240 cm", "duvet cover 220 × 240 cm"],
      ["200", "2 m 床", "for 2 m", 499, "被套 220 × 240 cm", "duvet cover 220 × 240 cm"],
    ],
  },
  {
    sku: "pillow",
    zh: "枕头",
    en: "Pillow",
    categories: ["home", "bedding"],
    keywords: "枕芯 颈椎 cushion",
    makes: [
      ["latex", "乳浪", "Latex Wave", 130, "天然乳胶，波浪形", "natural latex, wave shape"],
      ["down", "云絮", "Cloud Tuft", 160, "95% 鹅绒，三腔", "95% goose down, three chambers"],
      ["husk", "荞麦", "Buckwheat", 60, "荞麦壳填充，高度可调", "buckwheat husks, height can be changed"],
    ],
    sizes: [
      ["low", "低枕", "Low", 159, "高 6–8 cm", "6–8 cm high"],
      ["mid", "中枕", "Medium", 169, "高 9–11 cm", "9–11 cm high"],
    ],
  },
  {
    sku: "blanket",
    zh: "毛毯",
    en: "Blanket",
    categories: ["home", "living"],
    keywords: "盖毯 披毯 throw",
    makes: [
      ["wool", "牧羊湾", "Shepherd Bay", 180, "100% 新西兰羊毛", "100% New Zealand wool"],
      ["knit", "针浪", "Knit Wave", 80, "棉线针织，可机洗", "knitted cotton, machine washable"],
      ["fleece", "暖湾", "Warm Bay", 60, "法兰绒，不掉毛", "flannel fleece, sheds nothing"],
    ],
    sizes: [
      ["130", "130×170 cm", "130 × 170 cm", 199, "沙发单人", "for one on the sofa"],
      ["150", "150×200 cm", "150 × 200 cm", 259, "单人床", "for a single bed"],
    ],
  },
  {
    sku: "towel",
    zh: "浴巾",
    en: "Bath Towel",
    categories: ["home", "bath"],
    keywords: "毛巾 吸水 towels",
    makes: [
      ["foam", "海沫", "Sea Foam", 100, "精梳长绒棉，550 g/m²", "combed cotton, 550 g/m²"],
      ["waffle", "华夫", "Waffle", 85, "蜂窝组织，快干", "waffle weave, dries quickly"],
      ["bamboo", "竹影", "Bamboo Shade", 110, "竹纤维混纺，抑菌", "bamboo blend, resists odour"],
    ],
    sizes: [
      ["70", "70×140 cm", "70 × 140 cm", 89, "420 g", "420 g"],
      ["90", "90×180 cm", "90 × 180 cm", 139, "690 g", "690 g"],
    ],
  },
  {
    sku: "candle",
    zh: "香薰蜡烛",
    en: "Scented Candle",
    categories: ["home", "living"],
    keywords: "香氛 礼物 fragrance gift",
    makes: [
      ["salt", "海盐", "Sea Salt", 100, "海盐与鼠尾草，大豆蜡", "sea salt and sage, soy wax"],
      ["pine", "松涛", "Pinewave", 100, "雪松与琥珀，大豆蜡", "cedar and amber, soy wax"],
      ["fig", "无花果", "Fig Grove", 110, "无花果叶与椰奶，大豆蜡", "fig leaf and coconut, soy wax"],
    ],
    sizes: [
      ["120", "120 g", "120 g", 79, "燃烧 25 小时", "burns 25 hours"],
      ["220", "220 g", "220 g", 129, "燃烧 45 小时", "burns 45 hours"],
    ],
  },
  {
    sku: "box",
    zh: "收纳箱",
    en: "Storage Box",
    categories: ["home", "storage"],
    keywords: "整理箱 后备箱 crate organiser",
    makes: [
      ["dock", "船坞", "Dockyard", 100, "PP 材质，可叠放，承重 80 kg", "polypropylene, stackable, carries 80 kg"],
      ["fold", "折帆", "Folded Sail", 120, "可折叠，木盖可当桌", "folds, its wooden lid is a table"],
      ["clear", "清浪", "Clear Wave", 80, "透明 PET，防尘扣盖", "clear PET, dust-tight lid"],
    ],
    sizes: [
      ["30l", "30 L", "30 L", 99, "1.9 kg", "1.9 kg"],
      ["50l", "50 L", "50 L", 139, "2.6 kg", "2.6 kg"],
      ["80l", "80 L", "80 L", 189, "3.4 kg，带轮", "3.4 kg, with wheels"],
    ],
  },
  {
    sku: "pan",
    zh: "铸铁锅",
    en: "Cast-Iron Pan",
    categories: ["home", "kitchen"],
    keywords: "煎锅 炒锅 skillet frying",
    makes: [
      ["anchor", "铁锚", "Iron Anchor", 100, "预涂养护，电磁炉可用", "seasoned, works on induction"],
      ["enamel", "珐琅", "Enamel", 150, "珐琅涂层，不需养护", "enamelled, needs no seasoning"],
    ],
    sizes: [
      ["20", "20 cm", "20 cm", 159, "1.6 kg", "1.6 kg"],
      ["26", "26 cm", "26 cm", 229, "2.4 kg", "2.4 kg"],
      ["dutch", "24 cm 荷兰锅", "24 cm Dutch Oven", 359, "4.8 kg，带盖", "4.8 kg, with a lid"],
    ],
  },
  {
    sku: "knife",
    zh: "厨刀",
    en: "Kitchen Knife",
    categories: ["home", "kitchen"],
    keywords: "菜刀 刀具 chef",
    makes: [
      ["sword", "旗鱼", "Swordfish", 100, "5Cr15 不锈钢，胡桃木柄", "5Cr15 steel, walnut handle"],
      ["wave", "大马士革浪纹", "Damascus Wave", 240, "67 层大马士革钢", "67 layers of Damascus steel"],
      ["bamboo", "竹影", "Bamboo Shade", 80, "高碳钢，竹柄", "high-carbon steel, bamboo handle"],
    ],
    sizes: [
      ["chef", "主厨", "Chef’s", 189, "刃长 20 cm", "20 cm blade"],
      ["santoku", "三德", "Santoku", 179, "刃长 17 cm", "17 cm blade"],
      ["paring", "水果", "Paring", 89, "刃长 9 cm", "9 cm blade"],
    ],
  },
  {
    sku: "board",
    zh: "桨板",
    en: "Paddle Board",
    categories: ["camp", "water"],
    keywords: "SUP 水上 充气 surf",
    makes: [
      ["swell", "长涌", "Long Swell", 100, "拉丝充气，配桨、泵与背包", "drop-stitch, with paddle, pump and bag"],
      ["race", "逐风", "Windchaser", 140, "双层熔接，带碳纤维桨", "fused double layer, carbon paddle"],
    ],
    sizes: [
      ["10ft", "10 尺", "10 ft", 1499, "承重 110 kg", "carries 110 kg"],
      ["11ft", "11 尺", "11 ft", 1799, "承重 140 kg", "carries 140 kg"],
    ],
  },
  {
    sku: "drybag",
    zh: "防水袋",
    en: "Dry Bag",
    categories: ["camp", "water"],
    keywords: "漂流 浮潜 waterproof",
    makes: [["kelp", "海带", "Kelp", 100, "500D PVC 夹网布，卷口", "500D PVC, roll top"]],
    sizes: [
      ["5l", "5 L", "5 L", 49, "放手机与衣物", "for a phone and clothes"],
      ["10l", "10 L", "10 L", 69, "单肩带", "shoulder strap"],
      ["20l", "20 L", "20 L", 99, "双肩带", "two straps"],
      ["30l", "30 L", "30 L", 129, "双肩带，胸扣", "two straps, chest buckle"],
    ],
  },
];
