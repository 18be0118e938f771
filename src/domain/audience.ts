import type { FactName, FactPayload } from "../contract/events.ts";
import type { Message } from "../contract/shapes.ts";
import type { Answer } from "./answer.ts";
import type { Clock, Undo } from "./clock.ts";
import { Latest } from "./latest.ts";
import { shownTo } from "./responders.ts";
import type { Listener, Step } from "./steps.ts";
import { Tidings } from "./tidings.ts";
import type { TurnRef } from "./turns.ts";

/** Somebody who receives the facts of one conversation: a socket, an event stream. */
export interface Viewer {
  send<N extends FactName>(fact: N, payload: FactPayload<N>): void;
  /** True while what was sent before has not left the process: text waits meanwhile (S9). */
  readonly clogged: boolean;
  /** True while something that was sent has not left the process. */
  readonly pending?: boolean;
  /** Of the team: it is told of agents who they are, where customers are told their names alone. */
  readonly isOfTeam?: boolean;
  /** Takes text of that turn back that has not left the process. */
  withhold?(turnId: string): void;
}

/** How far a viewer has been sent the running answer. */
interface Seat {
  readonly viewer: Viewer;
  turnId: string | null;
  offset: number;
}

/** Everybody on this node who looks at one conversation. */
interface Room {
  readonly seats: Set<Seat>;
}

/** The text of one answer that has not been framed yet. */
interface Frame {
  readonly answer: Answer;
  /** How much was told of what is looked up for it. */
  told: number;
  offset: number;
  text: string;
  lastAt: number;
  /** Since when the oldest of this text waits. */
  heldAt: number;
}

export interface AudienceOptions {
  readonly clock: Clock;
  /** The least time between two frames of an answer, in milliseconds, asked for at each frame: grows with the load. */
  readonly paceMs: () => number;
  /** True while this node may not say what it writes (N1): text is kept until it may, or is known to be void. */
  readonly muted?: () => boolean;
  /** The last viewer of a conversation on this node has gone. */
  readonly emptied?: (conversationId: string) => void;
}

const unheld = { lastAt: Number.NEGATIVE_INFINITY, heldAt: 0 };

/** Whoever reads takes what was sent within a moment; a slow reader is not waited for. */
const settleMs = 50;
const settleLookMs = 1;

/** Longer than any node may be asleep and find its answer still unended. */
const mostSilenced = 2_000;

/** No frame ever waits longer than this (S1). */
export const longestPaceMs = 100;

/**
 * So many frames are written before the node looks again at what has arrived: a question that is asked beside a thousand
 * answers does not wait until each of them has been written on.
 */
const framesAtOnce = 32;

/**
 * Brings facts and text to everybody who looks at a conversation on this node.
 *
 * - **S1** The first text of an answer leaves at once, later text at the pace of the node: never later than 100 ms. Where many
 *   answers are written at once, what has arrived is read before later text is written on.
 * - **S2** Each viewer is sent each character once.
 * - **S6** Nothing here waits.
 * - **S9** A clogged viewer is passed over, and gets what it missed in one piece when it is told to {@link catchUp}.
 * - **S11** All viewers of a conversation get the same.
 */
export class Audience implements Listener {
  readonly #options: AudienceOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #frames = new Map<string, Frame>();
  /** Frames whose pace is not over, and which leave together once the first one's is. */
  readonly #held = new Set<Frame>();
  /** Frames that leave in this order as soon as the node comes to it. */
  readonly #due = new Set<Frame>();
  readonly #silenced = new Latest<string, true>(mostSilenced);
  /** For pages that are being given a conversation at this moment. */
  readonly tidings = new Tidings();
  #tick: Undo | null = null;
  #turn: Undo | null = null;

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  /**
   * Lets `viewer` see a conversation from now on. When an answer is being written, `seen` says up to where the viewer
   * already has its text.
   */
  watch(conversationId: string, viewer: Viewer, seen?: { turnId: string; offset: number }): Undo {
    const room = this.#rooms.get(conversationId) ?? { seats: new Set() };
    this.#rooms.set(conversationId, room);
    const seat: Seat = { viewer, turnId: seen?.turnId ?? null, offset: seen?.offset ?? 0 };
    room.seats.add(seat);
    return () => {
      room.seats.delete(seat);
      if (room.seats.size > 0 || this.#rooms.get(conversationId) !== room) return;
      this.#rooms.delete(conversationId);
      this.#options.emptied?.(conversationId);
    };
  }

  /** Somebody on this node looks at the conversation. */
  isWatched(conversationId: string): boolean {
    return this.#rooms.has(conversationId);
  }

  /** The conversations that somebody on this node looks at. */
  get watched(): Iterable<string> {
    return this.#rooms.keys();
  }

  /** Shows what is appended to `answer` from now on; whoever looks has its text so far. */
  follow(answer: Answer): void {
    const { text, activities, ref } = answer;
    if (this.#silenced.has(ref.turnId)) return;
    const told = activities.length;
    this.#frames.set(ref.turnId, { ...unheld, answer, told, offset: text.length, text: "" });
  }

  /** Sends `viewer` what it was passed over for: call when it is no longer clogged. */
  catchUp(conversationId: string, viewer: Viewer): void {
    for (const seat of this.#rooms.get(conversationId)?.seats ?? []) {
      const frame = seat.turnId === null ? undefined : this.#frames.get(seat.turnId);
      if (seat.viewer === viewer && frame) this.#sendTo(seat, frame);
    }
  }

  /**
   * Not one more character of that answer is sent, whoever goes on with it: an agent answers from now on (H1). Its end is
   * told.
   */
  silence({ turnId }: TurnRef): void {
    this.#forget(turnId);
    this.#silenced.set(turnId, true);
  }

  /**
   * Resolves when all that was sent to those who look has left this process. What waits for a slow reader longer than a
   * moment is taken back as far as it is text of that answer.
   */
  async settled({ conversationId, turnId }: TurnRef): Promise<void> {
    const { clock } = this.#options;
    const viewers = () => [...(this.#rooms.get(conversationId)?.seats ?? [])].map(({ viewer }) => viewer);
    const isPending = () => viewers().some(({ pending }) => pending);
    for (let waitedMs = 0; waitedMs < settleMs && isPending(); waitedMs += settleLookMs)
      await new Promise<void>((resolve) => clock.after(settleLookMs, resolve));
    for (const viewer of viewers()) if (viewer.pending) viewer.withhold?.(turnId);
  }

  /** Tells everybody on this node, whatever they look at. */
  announce<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    for (const { seats } of this.#rooms.values()) for (const { viewer } of seats) viewer.send(fact, payload);
  }

  /** Tells everybody in the conversation, but for `except`, after all text that came before. */
  tell<N extends FactName>(conversationId: string, fact: N, payload: FactPayload<N>, except?: Viewer): void {
    for (const { viewer } of this.#rooms.get(conversationId)?.seats ?? []) {
      if (viewer !== except) viewer.send(fact, payload);
    }
  }

  /** Tells a message to everybody in the conversation. */
  added(conversationId: string, message: Message): void {
    // Another node's word of what was said to a person may come after this node's of the turn that answers it.
    if (message.turnId === undefined && this.tidings.isAsked(conversationId, message.messageId)) return;
    this.tidings.note(conversationId, { message });
    this.tell(conversationId, "message:added", { message });
  }

  text(answer: Answer, piece: string): void {
    const frame = this.#frames.get(answer.ref.turnId);
    if (frame?.answer !== answer) return;
    frame.text += piece;
    if (this.#held.has(frame) || this.#due.has(frame)) return;
    const now = this.#options.clock.elapsed();
    const waitMs = frame.lastAt + Math.min(this.#options.paceMs(), longestPaceMs) - now;
    const isFirst = frame.lastAt === Number.NEGATIVE_INFINITY;
    if (waitMs <= 0 && !this.#muted && (isFirst || this.#frames.size <= framesAtOnce)) return this.#flush(frame);
    frame.heldAt = now;
    if (waitMs <= 0) this.#flushSoon(frame);
    else this.#hold(frame, waitMs);
  }

  step(step: Step): void {
    switch (step.kind) {
      case "message-added":
        return this.added(step.conversationId, step.message);
      case "responder-changed":
        return this.#handed(step);
      case "turn-started":
        return this.#started(step.answer, step.offset);
      case "turn-ended":
        return this.#ended(step);
      case "turn-lost":
        return this.#lost(step.answer);
      case "turn-activity":
        return this.#activity(step.answer);
      case "attempt-ended":
        return this.#flushTurn(step.ref.turnId);
      case "turn-queued":
        // Places are told as they change.
        return;
      case "message-rated":
      case "conversation-rated":
        return;
      default:
        step satisfies never;
    }
  }

  get #muted(): boolean {
    return this.#options.muted?.() === true;
  }

  #started(answer: Answer, offset: number): void {
    const { conversationId, turnId } = answer.ref;
    // A node that was asleep may not know yet.
    if (this.#silenced.has(turnId)) return;
    // What an earlier epoch had not sent yet is either cut away or still in the answer's text.
    const begun = this.#frames.get(turnId);
    if (begun) this.#release(begun);
    const text = answer.text.slice(offset);
    const frame: Frame = { ...unheld, answer, told: 0, offset, text };
    this.#frames.set(turnId, frame);
    const seats = this.#rooms.get(conversationId)?.seats ?? [];
    for (const seat of seats) {
      seat.offset = seat.turnId === turnId ? Math.min(seat.offset, offset) : 0;
      seat.turnId = turnId;
    }
    this.tell(conversationId, "turn:started", { turnId, epoch: answer.epoch, offset, model: answer.model });
    // What of the text that stays was held back waits for no other.
    for (const seat of seats) if (seat.offset < offset) this.#sendTo(seat, frame);
    if (frame.text !== "") this.text(answer, "");
    // Those that still hold are told anew under this epoch.
    if (answer.activities.length > 0) this.#activity(answer);
  }

  #activity(answer: Answer): void {
    const frame = this.#frames.get(answer.ref.turnId);
    if (frame?.answer !== answer) return;
    if (!this.#muted) return this.#flush(frame);
    this.#hold(frame, longestPaceMs);
  }

  #handed({ conversationId, responder, at }: Extract<Step, { kind: "responder-changed" }>): void {
    // Another node's change may be heard of after this node's own that followed it.
    if (at < this.tidings.handedAt(conversationId)) return;
    this.tidings.note(conversationId, { handed: { responder, at } });
    for (const { viewer } of this.#rooms.get(conversationId)?.seats ?? []) {
      viewer.send("responder:changed", { responder: viewer.isOfTeam ? responder : shownTo(responder) });
    }
  }

  #ended({ ref, epoch, outcome, error, message }: Extract<Step, { kind: "turn-ended" }>): void {
    this.#flushTurn(ref.turnId);
    this.#forget(ref.turnId);
    this.tidings.note(ref.conversationId, { message, ended: ref.turnId });
    this.tell(ref.conversationId, "turn:ended", {
      turnId: ref.turnId,
      epoch,
      outcome,
      message,
      ...(error && { error }),
    });
  }

  /** What has arrived is shown before anything else is tried. */
  #flushTurn(turnId: string): void {
    const frame = this.#frames.get(turnId);
    if (frame && !this.#muted) this.#flush(frame);
  }

  /** Unless it is shown as another node's already. */
  #lost(answer: Answer): void {
    if (this.#frames.get(answer.ref.turnId)?.answer === answer) this.#forget(answer.ref.turnId);
  }

  #forget(turnId: string): void {
    const frame = this.#frames.get(turnId);
    if (frame) this.#release(frame);
    this.#frames.delete(turnId);
  }

  #hold(frame: Frame, waitMs: number): void {
    this.#held.add(frame);
    this.#tick ??= this.#options.clock.after(waitMs, () => this.#flushHeld());
  }

  #flushSoon(frame: Frame): void {
    this.#due.add(frame);
    this.#turn ??= this.#options.clock.soon(() => this.#flushDue());
  }

  #release(frame: Frame): void {
    this.#held.delete(frame);
    this.#due.delete(frame);
  }

  #flushHeld(): void {
    this.#tick = null;
    const frames = [...this.#due, ...this.#held];
    // Neither may wait behind the younger of the other.
    if (this.#due.size > 0) frames.sort((one, other) => one.heldAt - other.heldAt);
    this.#due.clear();
    this.#held.clear();
    for (const frame of frames) this.#due.add(frame);
    this.#flushDue();
  }

  #flushDue(): void {
    this.#turn?.();
    this.#turn = null;
    if (this.#muted) return this.#holdDue();
    const latest = this.#options.clock.elapsed() - longestPaceMs;
    let left = framesAtOnce;
    for (const frame of this.#due) {
      if (left-- <= 0 && frame.heldAt > latest) break;
      this.#flush(frame);
    }
    if (this.#due.size > 0) this.#turn = this.#options.clock.soon(() => this.#flushDue());
  }

  /** Until this node may speak again. */
  #holdDue(): void {
    for (const frame of this.#due) this.#hold(frame, longestPaceMs);
    this.#due.clear();
  }

  #flush(frame: Frame): void {
    this.#release(frame);
    if (frame.text !== "") {
      for (const seat of this.#rooms.get(frame.answer.ref.conversationId)?.seats ?? []) this.#sendTo(seat, frame);
      frame.offset += frame.text.length;
      frame.text = "";
      frame.lastAt = this.#options.clock.elapsed();
    }
    if (frame.told < frame.answer.activities.length) this.#tellActivities(frame);
  }

  /** After the words that stand before them. */
  #tellActivities(frame: Frame): void {
    const { answer } = frame;
    for (const state of answer.activities.slice(frame.told)) {
      this.tell(answer.ref.conversationId, "turn:activity", answer.told(state));
    }
    frame.told = answer.activities.length;
  }

  #sendTo(seat: Seat, frame: Frame): void {
    const { answer } = frame;
    if (seat.viewer.clogged || this.#muted) return;
    if (seat.turnId !== answer.ref.turnId) {
      seat.turnId = answer.ref.turnId;
      seat.offset = 0;
    }
    // Nearly always the viewer has all but this frame, and the long text need not be touched.
    const text = seat.offset === frame.offset ? frame.text : answer.text.slice(seat.offset);
    if (text === "") return;
    seat.viewer.send("turn:delta", { turnId: answer.ref.turnId, epoch: answer.epoch, offset: seat.offset, text });
    seat.offset += text.length;
  }
}
