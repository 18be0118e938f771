import type { WireError } from "../../src/contract/errors.ts";
import type { Chat, ChatState, OtherEntry } from "../chat/chat.ts";
import { explain } from "./explain.ts";
import type { PersonWish } from "./view.ts";
import type { Words } from "./words/words.ts";

/** What a page keeps of the wish for a person. */
export interface Wishing {
  readonly chat: Chat;
  words(): Words;
  /** Changes nothing once the talk has been ended. */
  settle(person: PersonWish): void;
}

export const none: PersonWish = { state: "none" };

/** Asks for a person, or leaves a message; where nobody is there, the way to leave one is what is settled. */
export function callPerson({ chat, words, settle }: Wishing, leave?: string): void {
  const away = (reason: string, busy = false) => settle({ state: "away", reason, busy });
  if (leave === undefined) settle({ state: "asking" });
  else away(words().errors["agents-away"], true);
  chat.callPerson(leave).then(
    () => settle(none),
    (error: WireError) => {
      const reason = explain(error, words());
      if (leave !== undefined || error.code === "agents-away") away(reason);
      else settle({ state: "refused", reason });
    },
  );
}

/** The wish once something has happened: who asks for a person in so many words is answered by a notice. */
export function wishAfter(
  before: PersonWish,
  { responder }: ChatState,
  others: readonly OtherEntry[],
  words: Words,
): PersonWish {
  if (responder.kind === "agent") return none;
  const isAway = others.some(({ notice }) => notice?.kind === "agents-away");
  return isAway ? { state: "away", reason: words.errors["agents-away"], busy: false } : before;
}
