import type { CommandInput, CommandResult, FactName, FactPayload } from "../../src/contract/events.ts";
import type { Message, Responder } from "../../src/contract/shapes.ts";
import { type Answers, turnOf } from "./answers.ts";
import type { ChatState, Place } from "./chat.ts";
import type { Keeper } from "./keeper.ts";
import type { Outbox } from "./outbox.ts";
import type { Store } from "./store.ts";
import { wishAfter } from "./wish.ts";

export type Snapshot = CommandResult<"conversation:open">;
/** Facts about the conversation; those about the connection are handled where the connection is. */
export type ThreadFacts = {
  [N in Exclude<FactName, "node:draining">]: (fact: FactPayload<N>) => void;
};

export interface ThreadOptions {
  readonly messages: Map<string, Message>;
  readonly answers: Answers;
  readonly outbox: Outbox;
  readonly store: Store;
  /** Keeps where the line began over a reload of the page. */
  readonly keeper: Keeper;
  typing(who: ChatState["typing"]): void;
}

/**
 * What is known of the conversation. Every fact may come twice, late, or before the snapshot that already includes it:
 * telling it again changes nothing (S3, S4, S5), and a place in line, for an answer or a person, never rises (A6).
 */
export interface Thread {
  readonly facts: ThreadFacts;
  /** The snapshot is the truth: what it does not know is gone, but for questions that are still on their way. */
  restore(snapshot: Snapshot): void;
  /** A question was acknowledged, for the first time or again. */
  asked(message: Message): void;
  /** A turn neither runs nor waits any more. */
  ended(turnId: string): void;
  /** What the page has of the running answer, so that the server need not send it again. */
  have(): CommandInput<"conversation:open">["have"];
}

const kept = "line";

export function openThread({ messages, answers, outbox, store, keeper, typing }: ThreadOptions): Thread {
  const isOver = (turnId: string) => answers.all.get(turnId)?.entry.state === "ended";

  /** The place in line, unless it is that of the given turn. */
  function placeBut(turnId: string): Place | null {
    const { place } = store.latest;
    return place?.turnId === turnId ? null : place;
  }

  /** An answer that shows life is the one that runs, and waits no longer. */
  function runs(turnId: string): void {
    const { runningTurnId, place } = store.latest;
    if (isOver(turnId) || (runningTurnId === turnId && place?.turnId !== turnId)) return;
    store.patch({ runningTurnId: turnId, place: placeBut(turnId) });
  }

  function ended(turnId: string): void {
    const { runningTurnId } = store.latest;
    store.patch({ runningTurnId: runningTurnId === turnId ? null : runningTurnId, place: placeBut(turnId) });
  }

  /** A new turn while nothing runs and nothing waits will be answered at once: show it before the server says so. */
  function expect(turnId: string | undefined): void {
    const { runningTurnId, place } = store.latest;
    if (turnId === undefined || runningTurnId || place || answers.all.has(turnId)) return;
    answers.of(turnId);
    store.patch({ runningTurnId: turnId });
  }

  const wishUnder = (responder: Responder) => wishAfter(messages.values(), responder, store.latest.wish);

  /** The place as told, unless it would rise for the same turn. */
  function lowered(told: Omit<Place, "from">): Place {
    const { place } = store.latest;
    const wouldRise = place?.turnId === told.turnId && told.position > place.position;
    return wouldRise ? place : { ...told, from: beginningOf(told) };
  }

  function beginningOf({ turnId, position }: Omit<Place, "from">): number {
    const [known, from] = keeper.read(kept)?.split(" ") ?? [];
    if (known === turnId) return Number(from);
    keeper.write(kept, `${turnId} ${position}`);
    return position;
  }

  function asked(message: Message): void {
    const known = messages.get(message.messageId);
    messages.set(message.messageId, { ...message, ...known });
    expect(message.turnId);
    store.patch();
  }

  /** Facts that only a running turn has. */
  const alive =
    <F extends { turnId: string }>(tell: (fact: F) => void) =>
    (fact: F) => {
      tell(fact);
      runs(fact.turnId);
    };

  const facts: ThreadFacts = {
    "message:added"({ message }) {
      if (typeof message.text !== "string" || typeof message.messageId !== "string") return;
      messages.set(message.messageId, message);
      outbox.settle(message.messageId);
      if (message.author === "assistant") answers.stored(message);
      if (message.author === "customer") expect(message.turnId);
      if (message.author === "agent") typing(null);
      store.patch(message.notice && { wish: wishUnder(store.latest.responder) });
    },
    "turn:queued"({ turnId, position, waitMs, tier }) {
      if (isOver(turnId) || !Number.isInteger(position)) return;
      const answer = answers.all.get(turnId);
      if (answer && answer.text.epoch === 0) {
        answers.drop(turnId);
        ended(turnId);
      }
      store.patch({ place: lowered({ turnId, position, waitMs }), tier });
    },
    "turn:started": alive(answers.started),
    "turn:delta": alive(answers.delta),
    "turn:activity": alive(answers.activity),
    "turn:ended"(fact) {
      answers.ended(fact);
      if (fact.message) messages.set(fact.message.messageId, fact.message);
    },
    "responder:changed": ({ responder }) => responder.kind && store.patch({ responder, wish: wishUnder(responder) }),
    "agent:queued"({ position }) {
      if (!Number.isInteger(position)) return;
      store.patch({ wish: { position: Math.min(position, store.latest.wish?.position ?? position) } });
    },
    "tier:changed": ({ tier }) => tier && store.patch({ tier }),
    "typing:changed"({ author, name, active }) {
      if (author === "agent") typing(active ? { name } : null);
    },
  };

  /** The unfinished turn of a snapshot: it stands in line, or it runs. */
  function resumed(turn: Snapshot["turn"]): Pick<ChatState, "runningTurnId" | "place"> {
    if (!turn || isOver(turn.turnId)) return { runningTurnId: null, place: null };
    const { turnId, position, waitMs = null } = turn;
    if (turn.state === "queued" && position !== undefined && !turn.text)
      return { runningTurnId: null, place: lowered({ turnId, position, waitMs }) };
    answers.slice(turnId, turn);
    answers.looked(turnId, turn.activities ?? []);
    return { runningTurnId: turnId, place: placeBut(turnId) };
  }

  return {
    facts,
    asked,
    ended,

    restore({ messages: told, turn, responder, tier, simulated }) {
      messages.clear();
      const known = new Set<string>();
      for (const message of told) {
        messages.set(message.messageId, message);
        outbox.settle(message.messageId);
        if (message.author !== "assistant") continue;
        answers.stored(message);
        known.add(turnOf(message));
      }
      const now = resumed(turn);
      if (now.runningTurnId) known.add(now.runningTurnId);
      answers.keepOnly(known);
      store.patch({ ...now, responder, wish: wishUnder(responder), tier, simulated, ready: true });
    },

    have() {
      const { runningTurnId } = store.latest;
      const text = runningTurnId === null ? undefined : answers.all.get(runningTurnId)?.text;
      if (!runningTurnId || !text?.text) return undefined;
      return { turnId: runningTurnId, epoch: text.epoch, offset: text.text.length };
    },
  };
}
