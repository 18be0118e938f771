/** How fast the simulator writes: waits in milliseconds, `chars` a piece. */
export interface Pace {
  readonly first?: number;
  readonly delta?: number;
  readonly chars?: number;
}

const quick: Required<Pace> = { first: 1, delta: 1, chars: 40 };

const paceOf = (pace: Pace) => {
  const { first, delta, chars } = { ...quick, ...pace };
  return `pace first=${first} delta=${delta} chars=${chars}`;
};

/** A question that is answered by exactly `text`; `mark` makes it a question of its own. */
export function saying(text: string, pace: Pace = {}, mark = ""): string {
  return `${mark}[[sim: ${paceOf(pace)}; say ${JSON.stringify(text)}]]`;
}

/** A question that is answered by so many characters of prose. */
export function long(chars: number, pace: Pace = {}): string {
  return `[[sim: ${paceOf(pace)}; long chars=${chars}]]`;
}

/** A question that meets what the words after `sim:` say. */
export function meeting(directive: string): string {
  return `[[sim: ${paceOf({})}; ${directive}]]`;
}

/** Numbers that tell at which place a character is missing or doubled: "0000 0001 …". */
export function counted(words: number): string {
  return Array.from({ length: words }, (_, at) => `${at}`.padStart(4, "0")).join(" ");
}

/** An answer with everything that answers are made of. */
export const rich =
  "## 对比\n\n| 商品 | 价格 |\n| --- | ---: |\n| 耳机 | ¥199 |\n\n1. 一\n2. 二\n   - 三\n\n```js\nlet a = 1;\n```\n\n" +
  "> 引用\n\n**粗** `码` [链接](https://example.com/a) ![图](https://example.com/b.png)";
