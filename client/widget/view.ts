import type { Chat, ChatState } from "../chat/chat.ts";
import type { Emit } from "./api.ts";
import type { Extras } from "./extras/extras.ts";
import type { MoreWords } from "./extras/words/words.ts";
import type { Words } from "./words/words.ts";

/**
 * How far the wish for a person has come, until the server has it: `away` offers to leave a message, and is `busy` while
 * one is on its way.
 */
export type PersonWish =
  | { readonly state: "none" | "asking" }
  | { readonly state: "refused"; readonly reason: string }
  | { readonly state: "away"; readonly reason: string; readonly busy: boolean };

/** What the parts of the panel may do. */
export interface Acts extends Pick<Chat, "watchText" | "textOf" | "retry" | "stop" | "rate" | "ask"> {
  close(): void;
  submit(text: string): void;
  /** Asks the question of a turn once more. */
  askAgain(turnId: string): void;
  /** Asks for a person, or leaves a message for one. */
  callPerson(leave?: string): void;
  /** Takes the wish for a person back, or puts its refusal away. */
  dropPerson(): void;
  /** Draws the same again: for what parts keep to themselves. */
  redraw(): void;
  /** Tells the shop's page. */
  emit: Emit;
}

/** All that the panel shows. */
export interface View {
  readonly words: Words;
  readonly chat: ChatState;
  readonly open: boolean;
  /** The panel takes the whole screen. */
  readonly isFull: boolean;
  /** Whether opening moves the focus: not when a page shows again what stood open on the page before. */
  readonly takesFocus: boolean;
  /** The shop allows a sign in its page's title. */
  readonly titled: boolean;
  /** Questions to begin with that the shop has chosen; undefined for ours. */
  readonly starters: readonly string[] | undefined;
  readonly person: PersonWish;
  /** Null until they have been fetched, with the words of the language that is spoken. */
  readonly extras: (Extras & { readonly words: MoreWords }) | null;
  readonly acts: Acts;
}

export interface Viewed {
  readonly view: View;
}

/** What the extras get: the view, and their own words. */
export interface Extended extends Viewed {
  readonly more: MoreWords;
}
