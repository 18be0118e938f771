import type { WireError } from "../../src/contract/errors.ts";
import type { Outcome, Responder } from "../../src/contract/shapes.ts";
import type { Parts } from "./parts.ts";

/** What listeners of {@link TidegateApi.on} receive. */
export interface TidegateEvents {
  /** The widget can be used. */
  ready: undefined;
  opened: undefined;
  closed: undefined;
  /** How much the customer has not seen yet. */
  unread: { count: number };
  /** A message has come: an answer when it has ended, an agent's word, a system line. */
  message: { author: "assistant" | "agent" | "system"; text: string };
  /** An answer has ended, however. */
  ended: { turnId: string; outcome: Outcome };
  /** Somebody else answers from now on. */
  handoff: Responder;
  /** An agent has closed the matter. */
  resolved: undefined;
  /** The customer has rated the conversation, from 1 to 5. */
  rated: { score: number };
  error: WireError;
}

export type TidegateEvent = keyof TidegateEvents;

export interface Theme {
  /** `auto` follows the customer's system. */
  mode?: "light" | "dark" | "auto";
  /** Any CSS colour; white text must be readable on it. */
  accent?: string;
}

/** Calls that may be made before the widget's body has loaded: the loader keeps them in order. */
export interface TidegateCalls {
  open(): void;
  close(): void;
  toggle(): void;
  /** Asks in the customer's name. */
  send(text: string): void;
  /** The shop's token of a customer who has logged in. */
  identify(token: string): void;
  /** Any tag; languages without a table of words fall back to English. */
  setLocale(locale: string): void;
  setTheme(theme: Theme | NonNullable<Theme["mode"]>): void;
  /** Forgets the customer on this device: call it on log-out. */
  reset(): void;
  /** Takes the widget off the page for good. */
  destroy(): void;
}

/** `window.Tidegate`, the only global. */
export interface TidegateApi extends TidegateCalls {
  /** Gives the function that ends listening. */
  on<E extends TidegateEvent>(event: E, listener: (detail: TidegateEvents[E]) => void): () => void;
}

/** What {@link TidegateApi.on} was given. */
export type Listening = [event: TidegateEvent, listener: (detail: unknown) => void];

export type Emit = <E extends TidegateEvent>(event: E, detail: TidegateEvents[E]) => void;

/** What the loader has put on the page, for the body to go on with. */
export interface Handoff {
  /** Where the script came from, ending in a slash. */
  readonly server: string;
  /**
   * The `data-…` attributes of the script tag: `lang`, `token` (the shop's, for a customer who is signed in), `theme`
   * (`light`, `dark`, `auto`), `starters` (questions to begin with), and `title="off"`, which keeps signs out of the
   * page's title.
   */
  readonly settings: Readonly<DOMStringMap>;
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly launcher: HTMLButtonElement;
  readonly listeners: Set<Listening>;
  /** Rejects when the part cannot be had now; asking again tries again. */
  fetchPart<N extends keyof Parts>(name: N): Promise<Parts[N]>;
  /** Takes everything off the page. */
  remove(): void;
}

declare global {
  interface Window {
    Tidegate?: TidegateApi;
  }
}
