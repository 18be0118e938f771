import type { ErrorCode } from "../../../src/contract/errors.ts";
import type { Notice, Tier } from "../../../src/contract/shapes.ts";
import type { Locale } from "./locale.ts";

/** Everything the widget says, in one language. */
export interface Words {
  locale: Locale;
  /** The name of the round button, as the loader paints it. */
  launcher: string;
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
  askingForPerson: string;
  waitingForPerson(position?: number): string;
  cancel: string;
  dismiss: string;
  sending: string;
  sent: string;
  notSent: string;
  retry: string;
  thinking: string;
  lookingUp: Readonly<Record<string, string>>;
  lookingUpSomething: string;
  /** A tool has failed. */
  notLookedUp: string;
  askAgain: string;
  goOn: string;
  stopped: string;
  truncated: string;
  interrupted: string;
  /** System lines; the name is the agent's. */
  notices: Readonly<Record<Notice["kind"], (name: string) => string>>;
  latest: string;
  place(position: number): string;
  wait(lowMinutes: number, highMinutes: number): string;
  /** Why there is a line, and that one need not sit in front of it; `titled` when the page's title tells, too. */
  whyWaiting(tier: Tier, titled: boolean): string;
  startsByItself: string;
  leaveLine: string;
  yourTurn: string;
  connecting: string;
  reconnecting: string;
  offline: string;
  refused: string;
  types(name: string): string;
  /** Spoken only. */
  said: { answering: string; answered: string; online: string; agentAnswers(name: string): string };
  titleHint: { unread(count: number): string; place(position: number): string; turn: string };
  errors: Readonly<Record<ErrorCode, string>>;
  retryIn(seconds: number): string;
}
