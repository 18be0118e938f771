import type { Answer } from "./answer.ts";
import { longestPaceMs } from "./audience.ts";
import type { Clock, Undo } from "./clock.ts";
import type { CallState } from "./findings.ts";
import type { PeerMessage, Peers, Watchers } from "./peers.ts";
import type { Listener, Step, TurnEnded } from "./steps.ts";

/** A running answer of this node, and up to where the other nodes were sent its text. */
interface Sending {
  readonly answer: Answer;
  offset: number;
  lastAt: number;
}

export interface HeraldOptions {
  readonly peers: Peers;
  readonly watchers: Watchers;
  readonly clock: Clock;
  /** The least time between two messages about one answer, in milliseconds. */
  readonly paceMs: () => number;
  /** True while this node may not say what it writes (N1). */
  readonly muted: () => boolean;
  /** What is said there is not stored yet: the others are told all of it, in its order, once it is. */
  readonly unstored?: (conversationId: string) => boolean;
}

/**
 * Tells the other nodes what happens here, each of them only what somebody there looks at.
 *
 * - **S7** While nobody elsewhere looks, a piece of text costs one look-up and nothing leaves this process.
 * - **S1** The first text leaves at once, later text at the pace of the node.
 * - **S6** Nothing here waits.
 */
export class Herald implements Listener {
  readonly #options: HeraldOptions;
  readonly #sendings = new Map<string, Sending>();
  readonly #due = new Set<Sending>();
  #tick: Undo | null = null;

  constructor(options: HeraldOptions) {
    this.#options = options;
  }

  text(answer: Answer): void {
    if (this.#options.watchers.of(answer.ref.conversationId).length === 0) return;
    const sending = this.#sendings.get(answer.ref.turnId);
    if (sending === undefined || this.#due.has(sending)) return;
    const waitMs = sending.lastAt + Math.min(this.#options.paceMs(), longestPaceMs) - this.#options.clock.elapsed();
    if (waitMs <= 0 && !this.#options.muted()) return this.#flush(sending);
    this.#due.add(sending);
    this.#tick ??= this.#options.clock.after(Math.max(0, waitMs), () => this.#flushDue());
  }

  step(step: Step): void {
    switch (step.kind) {
      case "message-added":
        if (this.#options.unstored?.(step.conversationId)) return;
        return this.#tell(step.conversationId, {
          kind: "added",
          conversationId: step.conversationId,
          message: step.message,
        });
      case "responder-changed": {
        const { conversationId, responder, at } = step;
        return this.#tell(conversationId, { kind: "responder", conversationId, responder, at });
      }
      case "turn-started":
        return this.#started(step.answer, step.offset);
      case "turn-ended":
        return this.#ended(step);
      case "turn-lost":
        return this.#lost(step.answer);
      case "turn-activity":
        return this.#activity(step.answer);
      case "turn-queued":
        return this.#tell(step.ref.conversationId, { kind: "queued", ref: step.ref, place: step.place });
      case "attempt-ended": {
        const sending = this.#sendings.get(step.ref.turnId);
        return sending && this.#flush(sending);
      }
      case "message-rated":
      case "conversation-rated":
        return;
      default:
        step satisfies never;
    }
  }

  /** Another node asks for an answer from a place on, and is told of it from here on. */
  wanted(nodeId: string, { ref, epoch, offset }: Extract<PeerMessage, { kind: "wanted" }>): void {
    const { peers, watchers } = this.#options;
    const sending = this.#sendings.get(ref.turnId);
    if (sending === undefined) return peers.send(nodeId, { kind: "absent", ref });
    this.#flush(sending);
    if (this.#options.muted()) return;
    const { answer } = sending;
    sending.offset = answer.text.length;
    watchers.add(ref.conversationId, nodeId);
    const { offset: from, text } = answer.since(epoch, offset);
    const { starts, model } = answer;
    peers.send(nodeId, { kind: "slice", ref, starts, model, offset: from, text, ...activitiesOf(answer) });
  }

  #started(answer: Answer, offset: number): void {
    const { ref, starts, model } = answer;
    const begun = this.#sendings.get(ref.turnId);
    if (begun) this.#due.delete(begun);
    this.#sendings.set(ref.turnId, { answer, offset, lastAt: Number.NEGATIVE_INFINITY });
    this.#tell(ref.conversationId, { kind: "started", ref, starts, model, ...activitiesOf(answer) });
  }

  /** One that may not be told now is missed by whoever is told of later text, and asked for. */
  #activity(answer: Answer): void {
    const sending = this.#sendings.get(answer.ref.turnId);
    const activity = answer.activities.at(-1);
    if (sending?.answer !== answer || activity === undefined || this.#options.muted()) return;
    this.#flush(sending);
    const { ref, epoch, activities } = answer;
    this.#tell(ref.conversationId, { kind: "activity", ref, epoch, at: activities.length - 1, activity });
  }

  #ended({ ref, epoch, outcome, message, error }: TurnEnded): void {
    const sending = this.#sendings.get(ref.turnId);
    if (sending) this.#flush(sending);
    this.#forget(ref.turnId);
    this.#tell(ref.conversationId, { kind: "ended", end: { ref, epoch, outcome, message, error } });
  }

  #lost(answer: Answer): void {
    if (this.#sendings.get(answer.ref.turnId)?.answer === answer) this.#forget(answer.ref.turnId);
  }

  #forget(turnId: string): void {
    const sending = this.#sendings.get(turnId);
    if (sending) this.#due.delete(sending);
    this.#sendings.delete(turnId);
  }

  #flushDue(): void {
    this.#tick = null;
    if (!this.#options.muted()) for (const sending of this.#due) this.#flush(sending);
    else this.#tick = this.#options.clock.after(longestPaceMs, () => this.#flushDue());
  }

  #flush(sending: Sending): void {
    if (this.#options.muted()) return;
    this.#due.delete(sending);
    const { answer, offset } = sending;
    const { ref, epoch, text, activities } = answer;
    sending.offset = text.length;
    sending.lastAt = this.#options.clock.elapsed();
    if (offset >= text.length) return;
    const told = activities.length > 0 ? activities.length : undefined;
    this.#tell(ref.conversationId, { kind: "text", ref, epoch, offset, text: text.slice(offset), told });
  }

  #tell(conversationId: string, message: PeerMessage): void {
    for (const nodeId of this.#options.watchers.of(conversationId)) this.#options.peers.send(nodeId, message);
  }
}

function activitiesOf({ activities }: Answer): { readonly activities?: readonly CallState[] } {
  return activities.length === 0 ? {} : { activities: [...activities] };
}
