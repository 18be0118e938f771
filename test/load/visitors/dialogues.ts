import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Question } from "./answer.ts";

export const languages = ["zh", "en", "mix"] as const;
export type Language = (typeof languages)[number];

const dialogue = z.array(z.object({ ask: z.string().min(1), answer: z.string().min(1) })).min(1);
const shape = z.object({ zh: z.array(dialogue).min(1), en: z.array(dialogue).min(1) });
type Dialogue = z.infer<typeof dialogue>;

const { zh, en } = shape.parse(JSON.parse(readFileSync(join(import.meta.dirname, "dialogues.json"), "utf8")));
const chosen: Readonly<Record<Language, readonly Dialogue[]>> = { zh, en, mix: [...zh, ...en] };

export interface Speech {
  readonly language: Language;
  /** The relay is a simulator, which can be told what to answer and how fast. */
  readonly isSimulated: boolean;
  readonly pace: Pace;
}

/** How the simulator writes, and about how long an answer of these dialogues takes it. */
export const paces = {
  /** The rhythm of a fast model. */
  usual: { pace: "pace first=300-700 delta=40-60 chars=4-8", answerSeconds: 1.5 },
  /** Long answers of a slow one, as far as it is the time that matters and not the text. */
  slow: { pace: "pace first=300-700 delta=300-500 chars=4-8", answerSeconds: 9 },
} as const;

export type Pace = keyof typeof paces;

/**
 * The question of that number which a customer asks: one dialogue after the other, turn by turn. Each answer that a simulator
 * is told bears a mark of its own, so that nobody can be given somebody else's unnoticed.
 */
export function questionOf(customer: number, number: number, { language, isSimulated, pace }: Speech): Question {
  const messageId = `load-${customer}-${number}`;
  const turns = chosen[language].flatMap((_, at, all) => all[(at + customer) % all.length] ?? []);
  const turn = turns[number % turns.length];
  if (turn === undefined) throw new Error("there is no dialogue");
  if (!isSimulated) return { messageId, text: turn.ask, answer: null };
  const answer = `${turn.answer} (${customer}.${number})`;
  return { messageId, text: `${turn.ask} [[sim: say ${JSON.stringify(answer)}; ${paces[pace].pace}]]`, answer };
}
