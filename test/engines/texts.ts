/** Texts that have broken stores of JSON, scripts of Lua, or both. */
export const awkwardTexts: readonly (readonly [what: string, text: string])[] = [
  ["quotes and backslashes", String.raw`say "hi" \ \" \\ \u0041 \n 'there'`],
  ["what looks like the end of its own field", `one","at":1,"turnId":"other"}`],
  ["what looks like fields", `"turnId":"other","author":"customer","text":"one","rating":"up"}`],
  ["an emoji of several code points", "👩‍👩‍👧‍👦🏽🇨🇳 潮汐"],
  ["half an emoji at either end", "\udc4d one \ud83d"],
  ["line and paragraph separators", "one\u2028two\u2029three\r\nfour\tfive"],
  ["control characters", "\u0001\u0007\u001b[31m\u001f\u007f\u0085"],
  ["patterns of Lua and markup", "%d %1 %% [^a] $1 $& <b>&amp;</b>"],
  ["4,000 characters", `${"潮".repeat(3_999)}"`],
  ["spaces alone", "   "],
  ["words of the store", "nil"],
];
