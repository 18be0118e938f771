import { type Answers, openAnswers } from "../../client/chat/answers.ts";
import type { CommandResult, FactName, FactPayload } from "../../src/contract/events.ts";
import type { Viewer } from "../../src/domain/audience.ts";
import type { PeerMessage } from "../../src/domain/peers.ts";
import type { CustomerSession } from "../../src/transport/customers.ts";
import { caller } from "../engines/world.ts";

/** What a page may ask of its node. */
export interface Door {
  open(session: CustomerSession): Promise<CommandResult<"conversation:open">>;
  resume(
    session: CustomerSession,
    have: { turnId: string; epoch: number; offset: number },
  ): Promise<CommandResult<"turn:resume">>;
}

/** A customer's page: puts answers together as the real one does, and notes what it was sent. */
export class Page implements Viewer {
  clogged = false;
  readonly facts: { readonly name: FactName; readonly payload: FactPayload<FactName> }[] = [];
  readonly answers: Answers;
  readonly session: CustomerSession;
  /** Characters that it was sent twice under one epoch. */
  doubled = 0;
  /** The ids of the messages in its snapshot. */
  snapshot: readonly string[] = [];
  readonly #door: Door;
  /** Turns of which its node has heard. */
  readonly #heardOf = new Set<string>();
  /** The answer that it was sent last, and the places of the characters that it was sent under each epoch. */
  #turnId = "";
  readonly #sent = new Map<number, Set<number>>();
  #isOpen = false;

  constructor(door: Door) {
    this.#door = door;
    this.session = {
      caller: caller("li"),
      guestToken: undefined,
      viewer: this,
      conversationId: null,
      unwatch: () => {},
      gone: false,
    };
    this.answers = openAnswers({
      resume: (have) => door.resume(this.session, have),
      changed: () => {},
      ended: () => {},
    });
  }

  /** Opens the conversation; what arrives before the snapshot is told again after it. */
  async open(): Promise<void> {
    const opened = await this.#door.open(this.session).catch((error: unknown) => {
      if (!this.session.gone) throw error;
    });
    if (!opened) return;
    const { messages, turn } = opened;
    this.snapshot = messages.map(({ messageId }) => messageId);
    for (const message of messages) if (message.author === "assistant") this.answers.stored(message);
    if (turn && turn.state !== "queued") this.answers.slice(turn.turnId, turn);
    this.#isOpen = true;
    for (const { name, payload } of this.facts) this.#apply(name, payload);
  }

  /** Goes without a word. */
  leave(): void {
    this.session.gone = true;
    this.session.unwatch();
  }

  send<N extends FactName>(name: N, payload: FactPayload<N>): void {
    this.facts.push({ name, payload });
    if (name === "turn:started") this.#turnTo(payload as FactPayload<"turn:started">);
    if (name === "turn:delta") this.#count(payload as FactPayload<"turn:delta">);
    if (this.#isOpen) this.#apply(name, payload);
  }

  /** Its node heard that of another one. */
  couldKnow(message: PeerMessage): void {
    if (this.session.conversationId === null) return;
    if (message.kind === "ended") this.#heardOf.add(message.end.ref.turnId);
    else if ("ref" in message) this.#heardOf.add(message.ref.turnId);
  }

  /** Its node has heard of the turn, or told the page of it. */
  knowsOf(turnId: string): boolean {
    return this.#heardOf.has(turnId) || this.answers.all.has(turnId);
  }

  /** What it shows of an answer. */
  textOf(turnId: string): string | undefined {
    return this.answers.all.get(turnId)?.text.text;
  }

  told(name: FactName): number {
    return this.facts.filter((fact) => fact.name === name).length;
  }

  #apply(name: FactName, payload: FactPayload<FactName>): void {
    // CAST: name and payload came together.
    if (name === "turn:started") this.answers.started(payload as FactPayload<"turn:started">);
    if (name === "turn:delta") this.answers.delta(payload as FactPayload<"turn:delta">);
    if (name === "turn:ended") this.answers.ended(payload as FactPayload<"turn:ended">);
    if (name !== "message:added") return;
    const { message } = payload as FactPayload<"message:added">;
    if (message.author === "assistant") this.answers.stored(message);
  }

  /** What comes late of one answer, when the next has begun, is told from the start, and then the next one again. */
  #turnTo({ turnId }: { turnId: string }): void {
    if (this.#turnId !== turnId) this.#sent.clear();
    this.#turnId = turnId;
  }

  #count({ turnId, epoch, offset, text }: FactPayload<"turn:delta">): void {
    this.#turnTo({ turnId });
    const known = this.answers.all.get(turnId);
    // A node may tell an answer again to show a newcomer how it ended; to this page that is nothing new.
    if (known?.entry.state === "ended" || epoch < (known?.text.epoch ?? 0)) return;
    const sent = this.#sent.get(epoch) ?? new Set();
    this.#sent.set(epoch, sent);
    for (let at = offset; at < offset + text.length; at++) {
      if (sent.has(at)) this.doubled++;
      sent.add(at);
    }
  }
}
