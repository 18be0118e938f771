import fc from "fast-check";
import { marks } from "./marks.ts";

/** Text, or bytes as base64 behind `base64:`. */
export type FrameText = string;

const digits = fc.nat({ max: 9 }).map(String);
const base64 = fc.uint8Array({ maxLength: 120 }).map((bytes) => `base64:${Buffer.from(bytes).toString("base64")}`);
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** What breaks parsers: attachments that never come, numbers that no number holds, names that every object has. */
const known = [
  '451-["message:send",{"_placeholder":true,"num":0}]',
  '451-["message:send",{"_placeholder":true,"num":-1}]',
  '451-["message:send",{"_placeholder":true,"num":"length"}]',
  '452-["x",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]',
  '4511-["x",{"_placeholder":true,"num":0}]',
  '4599999999-["x",{"_placeholder":true,"num":99}]',
  '450-["x"]',
  '45-["x"]',
  "45",
  `451-["x",${"[".repeat(15_000)}{"_placeholder":true,"num":0}${"]".repeat(15_000)}]`,
  '461-7[{"_placeholder":true,"num":0}]',
  "46-",
  '42["connect"]',
  '42["connect_error"]',
  '42["disconnect","x"]',
  '42["disconnecting"]',
  '42["newListener"]',
  '42["error",{}]',
  "42[]",
  "42[null]",
  "42[7,{}]",
  '42{"0":"message:send"}',
  '42["__proto__",{"__proto__":null}]',
  '42["conversation:open",{}]',
  '42["message:send",{"messageId":"m","text":"unheard"}]',
  '420["conversation:open",{},{},{}]',
  '421["conversation:open"]',
  '422["conversation:open",{"__proto__":{"polluted":true}}]',
  '42/agents,3["inbox:open",{}]',
  '42/operators,4["x",{}]',
  '4299999999999999999999["typing:set",{"active":true}]',
  '42-1["typing:set",{"active":true}]',
  '421e3["typing:set",{"active":true}]',
  '42 5["typing:set",{"active":true}]',
  "430[]",
  "4399999999999999999999[]",
  '43-1[{"ok":true}]',
  "41",
  "41/agents,",
  "40",
  '40{"token":7}',
  `40{"token":"${marks.token}"}`,
  '40{"guestToken":"a.b.c"}',
  '40{"__proto__":{"token":"x"}}',
  `40{"token":"${"x".repeat(9_000)}"}`,
  "40[]",
  "40/agents,",
  `40/agents,{"token":"${marks.token}"}`,
  "40/nowhere,{}",
  `40/${"n".repeat(3_000)},`,
  "40/__proto__,",
  "40/constructor,{}",
  '44{"message":"no"}',
  "47",
  "4",
  "0",
  '0{"sid":"x"}',
  "1",
  "2",
  "2probe",
  "3",
  "3probe",
  "5",
  "6",
  "7",
  "b",
  "bAAAA",
  "b!",
  `42${"[".repeat(20_000)}`,
  `42["x",${nested(20_000)}]`,
  `42["x","${"x".repeat(20_000)}"]`,
  `42["${"n".repeat(20_000)}",{}]`,
  "\u001e",
  "\u001e\u001e\u001e",
  "2\u001e2\u001e2",
  `${"2\u001e".repeat(2_000)}2`,
] as const;

/** One frame of a connection that breaks the rules, or only looks as if it did. */
export const frame: fc.Arbitrary<FrameText> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...known) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.tuple(digits, fc.string({ maxLength: 40 })).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("4"), digits, fc.json({ maxDepth: 2 })).map((parts) => parts.join("")) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant("42"), digits, fc.json({ maxDepth: 2 })).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: base64 },
);

export function asSent(frame: FrameText): string | Buffer {
  return frame.startsWith("base64:") ? Buffer.from(frame.slice("base64:".length), "base64") : frame;
}
