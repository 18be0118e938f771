import type { ErrorCode } from "../../../src/contract/errors.ts";
import { en } from "./en.ts";
import type { Locale } from "./locale.ts";
import { zhCN } from "./zh-CN.ts";

/** Everything the widget says, in one language. */
export interface Words {
  title: string;
  /** Between two parts of a sentence. */
  comma: string;
  assistant: string;
  /** The label that every answer of the assistant carries. */
  madeByAi: string;
  you: string;
  team: string;
  /** Who answers now, under the title. */
  answering: { assistant: string; agent: string; nobody: string };
  simulated: string;
  simulatedMeaning: string;
  greeting: readonly string[];
  suggestions: readonly string[];
  transcript: string;
  composer: string;
  placeholder: string;
  footnote: string;
  charactersLeft(count: number): string;
  send: string;
  stop: string;
  close: string;
  unread(count: number): string;
  person: string;
  /** What counts as asking for a person in one's own words. */
  personWords: RegExp;
  askingForPerson: string;
  waitingForPerson(position?: number): string;
  cancel: string;
  dismiss: string;
  sending: string;
  sent: string;
  notSent: string;
  retry: string;
  queued: string;
  takeBack: string;
  thinking: string;
  lookingUp: Readonly<Record<string, string>>;
  lookingUpSomething: string;
  copy: string;
  copied: string;
  good: string;
  bad: string;
  thanksForGood: string;
  sorryForBad: string;
  askAgain: string;
  goOn: string;
  stopped: string;
  truncated: string;
  interrupted: string;
  latest: string;
  place(position: number): string;
  wait(lowMinutes: number, highMinutes: number): string;
  whyWaiting: string;
  startsByItself: string;
  leaveLine: string;
  connecting: string;
  reconnecting: string;
  offline: string;
  refused: string;
  types(name: string): string;
  /** Spoken only. */
  said: { answering: string; answered: string; online: string; agentAnswers(name: string): string };
  titleHint: { unread(count: number): string; place(position: number): string };
  errors: Readonly<Record<ErrorCode, string>>;
  retryIn(seconds: number): string;
}

const tables: Record<Locale, Words> = { "zh-CN": zhCN, en };

export function wordsFor(locale: Locale): Words {
  return tables[locale];
}

/** Whether somebody asks for a person in their own words, in any of the languages. */
export function wantsPerson(text: string): boolean {
  return Object.values(tables).some(({ personWords }) => personWords.test(text.trim()));
}
