// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../client/markdown/markdown.ts";
import { plainText } from "../../client/markdown/plain-text.ts";
import { render, renderCut, short } from "./markdown-render.ts";

type Table = readonly (readonly [markdown: string, html: string])[];

const bold: Table = [
  ["**注意：**请先付款", "<p><strong>注意：</strong>请先付款</p>"],
  ["他说**“七天无理由”**退货", "<p>他说<strong>“七天无理由”</strong>退货</p>"],
  ["请点**这里**，谢谢", "<p>请点<strong>这里</strong>，谢谢</p>"],
  ["**价格（含税）**为**￥99**。", "<p><strong>价格（含税）</strong>为<strong>￥99</strong>。</p>"],
  ["这是*重点*内容", "<p>这是<em>重点</em>内容</p>"],
  ["***both***", "<p><em><strong>both</strong></em></p>"],
  ["*a **b***", "<p><em>a <strong>b</strong></em></p>"],
  ["**a *b***", "<p><strong>a <em>b</em></strong></p>"],
  ["_a_ __b__ ~~c~~", "<p><em>a</em> <strong>b</strong> <s>c</s></p>"],
  ["**two\nlines**", "<p><strong>two<br>lines</strong></p>"],
  ["**区间 [0, 100)**", "<p><strong>区间 [0, 100)</strong></p>"],
  ["**a **b**", "<p>**a <strong>b</strong></p>"],
  ["**电话138****5678**是", "<p><strong>电话138****5678</strong>是</p>"],
];

const plain: readonly string[] = [
  "order_id_123 and __init__py",
  "3*4 cm and 5*6 cm",
  "2 * 3 * 4",
  "US$a and HK$b",
  "~50 units~",
  "138****5678，张**，王*",
  "单价*：5 元，运费*：2 元",
  "unclosed **bold, `code, [text](/path",
  "snake_case and a_b_c",
  "snake_case_ and _",
  "a*b and c*d",
  "订单_编号_ 是",
  "#订单 1",
  "2026.11.23",
  "100% [1] (2) !",
  "C:\\dir\\",
  "a < b > c & d &nosuch; <div>",
  "a ~~~~~",
];

const inline: Table = [
  ["`a` ``b`c`` `` ` ``", "<p><code>a</code> <code>b`c</code> <code>`</code></p>"],
  ["`  ` ` `", "<p><code>  </code> <code> </code></p>"],
  ["`**not bold** [x](y)`", "<p><code>**not bold** [x](y)</code></p>"],
  ["`open **bold**", "<p>`open <strong>bold</strong></p>"],
  ["\\*a\\* \\[b] \\`c", "<p>*a* [b] `c</p>"],
  ["&lt;b&gt; &amp; &#20013;&#x6587; &yen;5", "<p>&lt;b&gt; &amp; 中文 ¥5</p>"],
  ["&#0; &#xD800; &#x110000;", "<p>\ufffd \ufffd \ufffd</p>"],
  ["a<br>b<br/>c<BR />d", "<p>a<br>b<br>c<br>d</p>"],
  ["line  \nnext\\\nlast", "<p>line<br>next<br>last</p>"],
  ["👍**好的👌**", "<p>👍<strong>好的👌</strong></p>"],
];

const links: Table = [
  ['[a](https://b.c/d "title")', '<p><a href="https://b.c/d">a</a></p>'],
  ["[a](<https://b.c/d e>)", '<p><a href="https://b.c/d%20e">a</a></p>'],
  ["[a](https://b.c/x_(y))", '<p><a href="https://b.c/x_(y)">a</a></p>'],
  ["[a](/x(\\)))", '<p><a href="http://localhost:3000/x())">a</a></p>'],
  [
    "See https://b.c/x. Or https://b.c/y!",
    '<p>See <a href="https://b.c/x">https://b.c/x</a>. Or <a href="https://b.c/y">https://b.c/y</a>!</p>',
  ],
  ["[**a** `b`](https://b.c/)", '<p><a href="https://b.c/"><strong>a</strong> <code>b</code></a></p>'],
  ["[[1]](https://b.c/)", '<p><a href="https://b.c/">[1]</a></p>'],
  ["[](https://b.c/)", '<p><a href="https://b.c/">https://b.c/</a></p>'],
  ["[https://b.c](https://b.c/)", '<p><a href="https://b.c/">https://b.c</a></p>'],
  ["[mail](mailto:a@b.c) [call](tel:+861)", '<p><a href="mailto:a@b.c">mail</a> <a href="tel:+861">call</a></p>'],
  ["<https://b.c/d>", '<p><a href="https://b.c/d">https://b.c/d</a></p>'],
  ["![alt](https://b.c/i.png)", '<p><a href="https://b.c/i.png">alt</a></p>'],
  ["[![alt](https://b.c/i.png)](https://b.c/)", '<p><a href="https://b.c/">alt</a></p>'],
  ["请访问https://b.c/x，谢谢", '<p>请访问<a href="https://b.c/x">https://b.c/x</a>，谢谢</p>'],
  [
    "「https://b.c/x」（https://b.c/y）。",
    '<p>「<a href="https://b.c/x">https://b.c/x</a>」（<a href="https://b.c/y">https://b.c/y</a>）。</p>',
  ],
  ["https://b.c/x查看", '<p><a href="https://b.c/x">https://b.c/x</a>查看</p>'],
  [
    "(see https://b.c/x_(y)?z=1&w=2).",
    '<p>(see <a href="https://b.c/x_(y)?z=1&amp;w=2">https://b.c/x_(y)?z=1&amp;w=2</a>).</p>',
  ],
  ["**https://b.c/**", '<p><strong><a href="https://b.c/">https://b.c/</a></strong></p>'],
  ["HTTPS://B.C xhttp://d.e https:// http", '<p><a href="https://b.c/">HTTPS://B.C</a> xhttp://d.e https:// http</p>'],
  ["[no](a b) [no](", "<p>[no](a b) [no](</p>"],
  ["[over\nlines](https://b.c/)", '<p>[over<br>lines](<a href="https://b.c/">https://b.c/</a>)</p>'],
];

const blocks: Table = [
  ["a\nb\n\nc", "<p>a<br>b</p><p>c</p>"],
  ["# a\n## b ##\n#### c   \n###### d", "<h3>a</h3><h4>b</h4><h6>c</h6><h6>d</h6>"],
  ["# 标题 **粗** \n正文", "<h3>标题 <strong>粗</strong></h3><p>正文</p>"],
  ["a\n\n---\n***\n- - -\nb", "<p>a</p><hr><hr><hr><p>b</p>"],
  ["```js\nlet a;\n\n  b\n```\nc", '<pre><code data-lang="js">let a;\n\n  b</code></pre><p>c</p>'],
  ["~~~\n```\n~~~~\nc", "<pre><code>```</code></pre><p>c</p>"],
  ["```\nnever closed", "<pre><code>never closed</code></pre>"],
  ["  ```\n  x\n    y\n ```", "<pre><code>x\n  y</code></pre>"],
  ["```one line```", "<p><code>one line</code></p>"],
  ["> a\nlazy\n>\n> > b\n\nc", "<blockquote><p>a<br>lazy</p><blockquote><p>b</p></blockquote></blockquote><p>c</p>"],
  ["> ```\n> x\n> ```", "<blockquote><pre><code>x</code></pre></blockquote>"],
  ["a\r\nb\r\n\r\nc", "<p>a<br>b</p><p>c</p>"],
  ["", ""],
];

const lists: Table = [
  ["- a\n- b", "<ul><li>a</li><li>b</li></ul>"],
  ["- a\n* b", "<ul><li>a</li></ul><ul><li>b</li></ul>"],
  ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
  ["1. a\n   - b\n   - c\n2. d", "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>"],
  ["10. a\n   - b", '<ol start="10"><li>a<ul><li>b</li></ul></li></ol>'],
  ["- a\n\t- b", "<ul><li>a<ul><li>b</li></ul></li></ul>"],
  ["- a\n\n  second\n- b", "<ul><li>a<p>second</p></li><li>b</li></ul>"],
  ["1. a\n\n2. b", "<ol><li>a</li><li>b</li></ol>"],
  ["- a\nlazy\n\nout", "<ul><li>a<br>lazy</li></ul><p>out</p>"],
  ["1. a\n   ```\n   x\n     y\n   ```\n2. b", "<ol><li>a<pre><code>x\n  y</code></pre></li><li>b</li></ol>"],
  ["- > q\n- # h", "<ul><li><blockquote><p>q</p></blockquote></li><li><h3>h</h3></li></ul>"],
  ["- [ ] a\n- [x] b", "<ul><li>☐ a</li><li>☑ b</li></ul>"],
  ["- [x](https://b.c/)", '<ul><li><a href="https://b.c/">x</a></li></ul>'],
  ["in\n2026. the year\n-", "<p>in<br>2026. the year<br>-</p>"],
  ["-\n- b", "<ul><li></li><li>b</li></ul>"],
];

const tables: Table = [
  [
    "| a | b | c |\n|:--|:-:|--:|\n| 1 | **2** | x \\| y |",
    '<div class="table" role="group" aria-label="a, b, c"><table><thead><tr><th data-align="left">a</th><th data-align="center">b</th><th data-align="right">c</th></tr></thead><tbody><tr><td data-align="left">1</td><td data-align="center"><strong>2</strong></td><td data-align="right">x | y</td></tr></tbody></table></div>',
  ],
  [
    "价目：\n| a |\n|---|\n| 1 | 2 |\n||\n完",
    '<p>价目：</p><div class="table" role="group" aria-label="a"><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1 | 2</td></tr><tr><td></td></tr></tbody></table></div><p>完</p>',
  ],
  [
    "|  | b |\n|--|--|",
    '<div class="table" role="group" aria-label="b"><table><thead><tr><td></td><th>b</th></tr></thead><tbody></tbody></table></div>',
  ],
  [
    "- x\n| a |\n|---|",
    '<ul><li>x</li></ul><div class="table" role="group" aria-label="a"><table><thead><tr><th>a</th></tr></thead><tbody></tbody></table></div>',
  ],
  ["| a | b |\nno table", "<p>| a | b |<br>no table</p>"],
  ["- | a |\nlazy", "<ul><li>| a |<br>lazy</li></ul>"],
];

describe.each<[string, Table]>([
  ["emphasis", bold],
  ["inline marks", inline],
  ["links", links],
  ["blocks", blocks],
  ["lists", lists],
  ["tables", tables],
])("%s", (_, table) => {
  test.each(table)("%j is rendered as %s", (markdown, html) => {
    expect(short(render(markdown))).toBe(html);
    expect(short(renderCut(markdown, 1))).toBe(html);
  });
});

test.each(plain)("%j stays as it is written", (text) => {
  expect(render(text).textContent).toBe(text);
  expect(render(text).querySelector("p > *")).toBeNull();
});

test("nesting ends at twelve levels and the rest is literal", () => {
  const root = render(`${"> ".repeat(1000)}deep`);
  expect(root.querySelectorAll("blockquote")).toHaveLength(12);
  expect(root.textContent).toContain("> > deep");
});

test("a table of more than 64 columns is text", () => {
  expect(render(`${"|a".repeat(65)}|\n${"|-".repeat(65)}|`).querySelector("table")).toBeNull();
});

test("what scrolls sideways can be reached by keyboard", () => {
  const root = render("| a |\n|---|\n\n```\nx\n```");
  expect([...root.querySelectorAll<HTMLElement>(".table, pre")].map((el) => el.tabIndex)).toEqual([0, 0]);
});

test("text is added after what the root already holds", () => {
  const root = render("first");
  const first = root.firstChild;
  renderMarkdown(root, "second");
  expect(root.innerHTML).toBe("<p>first</p><p>second</p>");
  expect(root.firstChild).toBe(first);
});

test("the text of a link that holds an address is one node", () => {
  expect(render("[see https://b.c/ now](https://b.c/)").querySelector("a")?.childNodes).toHaveLength(1);
});

describe("plain text", () => {
  test.each([
    ["**注意：**请看[这里](https://b.c/)", "注意：请看这里"],
    ["# a\n\n3. b\n4. c\n   - d\n\ne\nf", "a\n3. b\n4. c\nd\ne\nf"],
    ["| a | b |\n|---|---|\n| 1 | 2 |", "a, b\n1, 2"],
    ["order_id_123 3*4", "order_id_123 3*4"],
  ])("of %j is %j", (markdown, text) => {
    expect(plainText(markdown)).toBe(text);
  });
});
