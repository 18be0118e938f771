import type { ChatState, Entry } from "./chat.ts";

/** The state of a chat, as immutable snapshots. */
export interface Store {
  readonly state: ChatState;
  /** The same, but for entries, which may be those of before. */
  readonly latest: ChatState;
  /** Changes what is given and makes the entries anew before anybody looks. */
  patch(news?: Partial<ChatState>): void;
  subscribe(listener: (state: ChatState) => void): () => void;
}

const first: ChatState = {
  link: "connecting",
  ready: false,
  simulated: false,
  tier: "high",
  responder: { kind: "nobody" },
  entries: [],
  runningTurnId: null,
  place: null,
  wish: null,
  typing: null,
};

/** Listeners are told once per microtask, however much has changed. */
export function openStore(entriesOf: (state: ChatState) => Entry[]): Store {
  const listeners = new Set<(state: ChatState) => void>();
  let state = first;
  let stale = true;
  let due = false;

  function read(): ChatState {
    if (stale) state = { ...state, entries: keepSame(state.entries, entriesOf(state)) };
    stale = false;
    return state;
  }

  function tell(): void {
    due = false;
    for (const listener of listeners) listener(read());
  }

  return {
    get state() {
      return read();
    },
    get latest() {
      return state;
    },
    patch(news) {
      state = { ...state, ...news };
      stale = true;
      if (!due) queueMicrotask(tell);
      due = true;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const keepSame = (before: readonly Entry[], after: readonly Entry[]) =>
  before.length === after.length && before.every((entry, at) => entry === after[at]) ? before : after;
