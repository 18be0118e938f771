import fc from "fast-check";
import { marks } from "./marks.ts";

/** Members of an object, each value as JSON: so that a name may come twice, or be one that no literal can have. */
type Member = readonly [name: string, json: string];

const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** Values as JSON that no command means. */
const oddValues = [
  "null",
  "true",
  "-1",
  "0.5",
  "1e308",
  "1e999",
  "9007199254740993",
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"../../etc/passwd"',
  '"\\r\\nx-injected: 1"',
  '"__proto__"',
  '"constructor"',
  '"x:{y}"',
  "[]",
  "{}",
  '[["c"]]',
  '{"$ne":""}',
  '{"toString":1,"valueOf":1,"toJSON":1}',
  '{"length":1e9}',
  '{"then":1}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  deep(40),
  deep(3_000),
  `"${"x".repeat(4_001)}"`,
  `"${"x".repeat(17_000)}"`,
  `[${"0,".repeat(7_000)}0]`,
  `"${marks.canary}"`,
] as const;

const oddMembers: readonly Member[] = [
  ["__proto__", '{"polluted":true,"text":"x","role":"operator"}'],
  ["constructor", '{"prototype":{"polluted":true}}'],
  ["prototype", '{"polluted":true}'],
  ["customerId", '"demo-wang"'],
  ["sub", '"demo-wang"'],
  ["role", '"operator"'],
  ["class", '"vip"'],
  ["agentId", '"somebody@shop"'],
  ["author", '"assistant"'],
  ["", '""'],
  ["x".repeat(2_000), "1"],
  ["_placeholder", "true"],
];

/** Whole payloads that are no objects. */
const oddWholes = ["null", "7", '"x"', "[]", "[[]]", "true", deep(3_000), '{"_placeholder":true,"num":0}'] as const;

/** `valid` with one or two things wrong. */
export function nearlyValid(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(valid, fc.array(twist, { minLength: 1, maxLength: 2 })).map(([json, twists]) => {
    const members = twists.reduce<readonly Member[]>((left, change) => change(left), membersOf(json));
    return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
  });
}

/** What has nothing to do with any command. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...oddWholes),
  fc.json({ maxDepth: 4 }),
  fc
    .array(
      fc.tuple(
        fc.constantFrom("messageId", "text", "turnId", "epoch", "have", "page", "__proto__"),
        fc.constantFrom(...oddValues),
      ),
      { maxLength: 6 },
    )
    .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`),
);

type Twist = (members: readonly Member[]) => readonly Member[];

const place = fc.nat({ max: 20 });
const value = fc.constantFrom(...oddValues);

const twist: fc.Arbitrary<Twist> = fc.oneof(
  place.map(
    (at): Twist =>
      (members) =>
        members.filter((_, index) => index !== at % Math.max(1, members.length)),
  ),
  fc.tuple(place, value).map(
    ([at, odd]): Twist =>
      (members) =>
        members.map(([name, json], index) => [name, index === at % members.length ? odd : json]),
  ),
  fc.constantFrom(...oddMembers).map(
    (member): Twist =>
      (members) => [...members, member],
  ),
  fc.constantFrom(...oddMembers).map(
    (member): Twist =>
      (members) => [member, ...members],
  ),
  fc.tuple(place, value).map(
    ([at, odd]): Twist =>
      (members) =>
        members.flatMap(([name, json], index): Member[] =>
          index === at % members.length
            ? [
                [name, json],
                [name, odd],
              ]
            : [[name, json]],
        ),
  ),
);

function membersOf(json: string): readonly Member[] {
  return Object.entries(JSON.parse(json)).map(([name, value]) => [name, JSON.stringify(value)]);
}
