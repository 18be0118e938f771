import fc from "fast-check";
import { awkwardTexts } from "./texts.ts";

/** Something that is asked of the engines. `who` is one of three customers, `turn` counts back from the newest. */
export type Wish = { readonly who: number } & (
  | { readonly kind: "open" | "read" | "attend" | "leave" | "start" | "rate" }
  | {
      readonly kind: "ask";
      readonly messageId: string;
      readonly text: string;
      readonly page: boolean;
      readonly begins: boolean;
    }
  | OnTurn
  | { readonly kind: "pass"; readonly share: number }
);

/** `behind` makes the epoch an old one; `answer` is one of the ids that an answer may have. */
export type OnTurn = { readonly turn: number } & (
  | { readonly kind: "read-turn" | "read-log" }
  | { readonly kind: "raise" | "write"; readonly behind: number; readonly offset: number }
  | { readonly kind: "end"; readonly behind: number; readonly answer: string; readonly text: string }
  | { readonly kind: "rate-message"; readonly answer: string; readonly value: "up" | "down" }
);

const begins = fc.boolean();
const who = fc.nat(2);
const turn = fc.constantFrom(0, 0, 0, 1, 2);
const behind = fc.constantFrom(0, 0, 0, 1);
const offset = fc.nat(12);
const answer = fc.constantFrom("a", "a", "b");
const messageId = fc.nat(9).map((i) => `m${i}`);
const text = fc.oneof(
  fc.constantFrom("one", "two"),
  fc.constantFrom(...awkwardTexts.map(([, awkward]) => awkward)),
  fc.string({ unit: "binary", maxLength: 20 }),
);
// No two of these, and the time that the test takes, end a life by a hair.
const share = fc.constantFrom(0.35, 0.7, 1.05);

const anyWish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("ask"), who, messageId, text, page: fc.boolean(), begins }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("start"), who }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("end"), who, turn, behind, answer, text }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("raise", "write", "write"), who, turn, behind, offset }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("read-turn", "read-log"), who, turn }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("open", "read", "attend", "leave", "rate"), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rate-message"),
      who,
      turn,
      answer,
      value: fc.constantFrom("up", "down"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pass"), who, share }) },
);

/** What three customers and those who answer them may wish, one after the other; everybody begins by opening. */
export const wishes: fc.Arbitrary<Wish[]> = fc
  .array(anyWish, { maxLength: 80, size: "max" })
  .map((list) => [...[0, 1, 2].map((each) => ({ kind: "open", who: each }) as const), ...list]);
