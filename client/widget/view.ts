import type { Chat, ChatState } from "../chat/chat.ts";
import type { Words } from "./words/words.ts";

/** How far the wish for a person has come. */
export type PersonWish =
  | { readonly state: "none" | "asking" }
  | { readonly state: "waiting"; readonly position: number | undefined }
  | { readonly state: "refused"; readonly reason: string };

/** What the parts of the panel may do. */
export interface Acts extends Pick<Chat, "watchText" | "textOf" | "retry" | "stop" | "rate"> {
  close(): void;
  submit(text: string): void;
  /** Asks the question of a turn once more. */
  askAgain(turnId: string): void;
  callPerson(): void;
  /** Takes the wish for a person back, or puts its refusal away. */
  dropPerson(): void;
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
  readonly person: PersonWish;
  readonly acts: Acts;
}

export interface Viewed {
  readonly view: View;
}
