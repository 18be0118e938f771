import type { WireError } from "../../../src/contract/errors.ts";
import type { AgentCommandResult, AgentFactName, AgentFactPayload } from "../../../src/contract/events.ts";
import type { Card, Message, Note, Page } from "../../../src/contract/shapes.ts";
import { openAnswers, turnOf } from "../../chat/answers.ts";
import type { TextSink } from "../../chat/chat.ts";
import type { Clock } from "../../chat/clock.ts";
import type { Outbox } from "../../chat/outbox.ts";
import { type Item, itemsOf } from "./items.ts";
import { readAll, readMessage, readNote } from "./read.ts";
import type { AgentRequest } from "./request.ts";
import { openTypists, type Typist } from "./typing.ts";

type Snapshot = AgentCommandResult<"conversation:join">;

/** The open conversation, but for the text of its answers and what its row in the inbox says. */
export interface ThreadState {
  readonly conversationId: string;
  readonly status: "loading" | "ready" | "refused";
  readonly error?: WireError | undefined;
  readonly page?: Page | undefined;
  readonly items: readonly Item[];
  readonly notes: readonly Note[];
  /** The answer that is being written. */
  readonly runningTurnId: string | null;
  /** The place of its turn in the line, while that waits. */
  readonly position: number | null;
  readonly typists: readonly Typist[];
}

export interface ThreadOptions {
  readonly conversationId: string;
  readonly clock: Clock;
  readonly request: AgentRequest;
  readonly outbox: Outbox;
  changed(state: ThreadState): void;
}

type FactsOfTurns = Extract<AgentFactName, `turn:${string}`>;
export type ThreadFacts = {
  [N in FactsOfTurns | "message:added" | "note:added" | "typing:changed"]: (fact: AgentFactPayload<N>) => void;
};

/** Every fact may come twice, late, or before the snapshot that already includes it (S3, S4, S5). */
export interface Thread {
  readonly state: ThreadState;
  readonly facts: ThreadFacts;
  /** The snapshot is the truth: what it does not know is gone, but for what is still on its way to the server. */
  restore(snapshot: Snapshot): void;
  refuse(error: WireError): void;
  /** The agent's own message is stored. */
  said(message: Message): void;
  /** Letters have changed. */
  touch(): void;
  /** What is known of the running answer, so that the server need not send it again. */
  have(): { turnId: string; epoch: number; offset: number } | undefined;
  watchText(turnId: string, sink: TextSink): () => void;
  close(): void;
}

export function openThread({ conversationId, clock, request, outbox, changed }: ThreadOptions): Thread {
  const messages = new Map<string, Message>();
  const notes = new Map<string, Note>();
  const found = new Map<string, readonly Card[]>();
  let state: ThreadState = {
    conversationId,
    status: "loading",
    items: [],
    notes: [],
    runningTurnId: null,
    position: null,
    typists: [],
  };

  const answers = openAnswers({
    resume: (have) => request("turn:resume", { conversationId, ...have }),
    changed: () => patch(),
    ended: (turnId) => patch(state.runningTurnId === turnId ? { runningTurnId: null } : {}),
  });
  const typists = openTypists(clock, (now) => patch({ typists: now }));
  const isOver = (turnId: string) => answers.all.get(turnId)?.entry.state === "ended";

  function patch(news: Partial<ThreadState> = {}): void {
    const known = { messages, notes, answers: answers.all, found, letters: outbox.letters };
    state = { ...state, ...news, items: itemsOf(known, state.items) };
    changed(state);
  }

  function store(message: Message): void {
    messages.set(message.messageId, message);
    outbox.settle(message.messageId);
    if (message.author === "assistant") answers.stored(message);
  }

  function keepNote(note: Note): void {
    notes.set(note.noteId, note);
    patch({ notes: [...notes.values()].sort((a, b) => a.at - b.at) });
  }

  /** Facts that only a running turn has: an answer that shows life waits no longer. */
  const alive =
    <F extends { turnId: string }>(tell: (fact: F) => void) =>
    (fact: F) => {
      tell(fact);
      if (!isOver(fact.turnId) && state.runningTurnId !== fact.turnId)
        patch({ runningTurnId: fact.turnId, position: null });
    };

  const facts: ThreadFacts = {
    "message:added"({ message: given }) {
      const message = readMessage(given);
      if (!message) return;
      typists.said(message.author);
      store(message);
      patch();
    },
    "turn:queued": ({ turnId, position }) => void (!isOver(turnId) && patch({ position })),
    "turn:started": alive(answers.started),
    "turn:delta": alive(answers.delta),
    "turn:activity": alive((fact) => {
      if (Array.isArray(fact.cards)) found.set(fact.turnId, [...(found.get(fact.turnId) ?? []), ...fact.cards]);
      answers.activity(fact);
    }),
    "turn:ended"({ message: given, ...fact }) {
      const message = readMessage(given);
      if (message) messages.set(message.messageId, message);
      answers.ended(message ? { ...fact, message } : fact);
      patch(state.runningTurnId === null ? { position: null } : {});
    },
    "note:added"({ note: given }) {
      const note = readNote(given);
      if (note) keepNote(note);
    },
    "typing:changed": ({ author, name, active }) => typists.set({ author, name }, active),
  };

  function restoreTurn(turn: Snapshot["turn"]): Pick<ThreadState, "runningTurnId" | "position"> {
    if (!turn || isOver(turn.turnId)) return { runningTurnId: null, position: null };
    if (turn.state === "queued" && !turn.text) return { runningTurnId: null, position: turn.position ?? null };
    answers.slice(turn.turnId, turn);
    return { runningTurnId: turn.turnId, position: null };
  }

  return {
    get state() {
      return state;
    },
    facts,
    watchText: answers.watch,
    touch: () => patch(),
    refuse: (error) => patch({ status: "refused", error }),

    restore(snapshot) {
      messages.clear();
      notes.clear();
      const known = new Set<string>();
      for (const message of readAll(snapshot.messages, readMessage)) {
        store(message);
        if (message.author === "assistant") known.add(turnOf(message));
      }
      for (const note of readAll(snapshot.notes, readNote)) notes.set(note.noteId, note);
      const turn = restoreTurn(snapshot.turn);
      if (turn.runningTurnId) known.add(turn.runningTurnId);
      answers.keepOnly(known);
      patch({ ...turn, notes: [...notes.values()], page: snapshot.page, status: "ready", error: undefined });
    },

    said(message) {
      if (!messages.has(message.messageId)) messages.set(message.messageId, message);
      patch();
    },

    have() {
      const turnId = state.runningTurnId;
      const text = turnId === null ? undefined : answers.all.get(turnId)?.text;
      return turnId && text?.text ? { turnId, epoch: text.epoch, offset: text.text.length } : undefined;
    },

    close: typists.clear,
  };
}
