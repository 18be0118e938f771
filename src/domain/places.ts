import type { FactPayload } from "../contract/events.ts";
import type { CustomerClass, Tier } from "../contract/shapes.ts";
import type { Clock, Undo } from "./clock.ts";
import { Latest } from "./latest.ts";
import { LeftTickets } from "./left-tickets.ts";
import { classes, type LineSettings, type Round, type Ticket } from "./line.ts";
import type { Listener, Step } from "./steps.ts";
import type { TurnRef } from "./turns.ts";
import { WaitEstimate } from "./wait-estimate.ts";

export interface PlacesOptions {
  readonly settings: LineSettings;
  readonly clock: Clock;
  /** Tells whoever looks at the conversation on this node. */
  readonly tell: (conversationId: string, place: FactPayload<"turn:queued">) => void;
  /**
   * A place that has been served or given up without a word of it, or a turn whose place nobody told: what has become of it
   * is to be looked up.
   */
  readonly vanished: (ref: TurnRef) => void;
  /** Whoever is of that class waits for an operator: nobody can tell how long. */
  readonly isHeld?: (name: CustomerClass) => boolean;
}

/** Somebody who waits, and what was told of it. */
interface Waiter {
  readonly ref: TurnRef;
  readonly at: Ticket;
  /** The lowest position that was known: none that is higher is ever told (A6). */
  position: number;
  toldPosition: number | null;
  toldTier: Tier | null;
  /** It was told without a range of the wait, for an operator's sake. */
  toldHeld: boolean;
  toldAt: number;
  /** Its place in the line of all nodes can be reckoned. */
  readonly isSeen: boolean;
  /** Since when it stands nowhere in the line. */
  missingSince: number | null;
}

export type Place = Pick<FactPayload<"turn:queued">, "position" | "waitMs">;

/** A turn that waits, and whose place is not known. */
interface Asked {
  readonly ref: TurnRef;
  /** Since when nothing is answered there any more, and it should stand in line or begin. */
  freeSince: number | null;
}

/** So many turns at most end between the moment at which a place is told of one and the one at which another node hears of it. */
const mostOver = 1_000;
/** All places are looked at so often. */
const lookMs = 500;
/** A place that is nowhere to be found for so long is gone. */
const missingMs = 2_000;

/** The least time between two facts about one place: the front moves under the customer's eyes, the back need not. */
function paceOf(position: number): number {
  if (position <= 100) return 0;
  return position <= 1_000 ? 3_000 : 8_000;
}

/**
 * The places of those who wait and are looked after on this node, reckoned from how the lines stand (A6): no question to
 * the line is asked for anybody, however many wait.
 */
export class Places implements Listener {
  readonly #options: PlacesOptions;
  readonly #waiters = new Map<string, Waiter>();
  /** The waiting turns of conversations whose place is not known yet. */
  readonly #turns = new Map<string, Asked>();
  /** Turns that ended lately: another node's word of where one stands may come after that of its end. */
  readonly #over = new Latest<string, true>(mostOver);
  readonly #left: Readonly<Record<CustomerClass, LeftTickets>>;
  readonly #waits: WaitEstimate;
  readonly #before: Record<CustomerClass, ReadonlyMap<number, number>> = {
    vip: new Map(),
    member: new Map(),
    guest: new Map(),
  };
  #lines: Round["lines"] | null = null;
  #tier: Tier = "high";
  #next: Undo | null = null;

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#left = { vip: new LeftTickets(), member: new LeftTickets(), guest: new LeftTickets() };
    this.#waits = new WaitEstimate(options.settings, options.clock);
  }

  step(step: Step): void {
    switch (step.kind) {
      case "turn-queued":
        if (this.#over.has(step.ref.turnId)) return;
        this.#asked(step.ref);
        if (step.place) this.stands(step.ref.conversationId, step.place.at, step.place.position);
        return;
      case "turn-started":
        return this.gone(step.answer.ref);
      case "turn-ended":
        return this.ended(step.ref);
      default:
    }
  }

  text(): void {}

  /** Something was asked: should it come to stand in line, that turn is what waits. */
  #asked(ref: TurnRef): void {
    const waiter = this.#waiters.get(ref.conversationId);
    if (waiter) this.#waiters.set(ref.conversationId, { ...waiter, ref });
    else this.#turns.set(ref.conversationId, { ref, freeSince: null });
  }

  /**
   * A conversation stands in line; it is told at once. Without a position it is reckoned; of null nothing is told, for the
   * ticket is none of the line of all nodes.
   */
  stands(conversationId: string, at: Ticket, position?: number | null): void {
    const known = this.#waiters.get(conversationId);
    const ref = this.#turns.get(conversationId)?.ref ?? known?.ref;
    if (ref === undefined) return;
    const isSeen = position !== null;
    const isThere = known?.at.ticket === at.ticket && known.at.class === at.class;
    // What was seen of it before still holds.
    const isSame = isThere && (known.isSeen === isSeen || !isSeen);
    const reckoned = (isSeen && (position ?? this.#positionOf(at))) || Number.POSITIVE_INFINITY;
    const waiter: Waiter = isSame
      ? { ...known, ref, position: Math.min(known.position, reckoned) }
      : {
          ref,
          at,
          isSeen,
          position: reckoned,
          toldPosition: null,
          toldTier: null,
          toldHeld: false,
          toldAt: 0,
          missingSince: null,
        };
    this.#waiters.set(conversationId, waiter);
    this.#turns.delete(conversationId);
    this.#tell(waiter);
    this.#lookSoon();
  }

  /** The answer begins, or the turn is over: whatever waits there waits no more. */
  gone({ conversationId, turnId }: TurnRef): void {
    if (this.#waiters.get(conversationId)?.ref.turnId === turnId) this.#waiters.delete(conversationId);
    if (this.#turns.get(conversationId)?.ref.turnId === turnId) this.#turns.delete(conversationId);
  }

  /** The turn is over: what was asked meanwhile stands in line from now on, and the node that answered is told where. */
  ended(ref: TurnRef): void {
    this.#over.set(ref.turnId, true);
    this.gone(ref);
    const asked = this.#turns.get(ref.conversationId);
    if (asked === undefined) return;
    asked.freeSince ??= this.#options.clock.elapsed();
    this.#lookSoon();
  }

  /** That turn waits while nothing is answered there, and its place is not known: it is looked up should it not be told. */
  sought(ref: TurnRef): void {
    this.#asked(ref);
    const asked = this.#turns.get(ref.conversationId);
    if (asked === undefined) return;
    asked.freeSince ??= this.#options.clock.elapsed();
    this.#lookSoon();
  }

  /** Nobody here looks at the conversation, and it is not this node that answers it. */
  forget(conversationId: string): void {
    this.#waiters.delete(conversationId);
    this.#turns.delete(conversationId);
  }

  /** A turn waits there, as far as is known here. */
  knows(conversationId: string): boolean {
    return this.#waiters.has(conversationId) || this.#turns.has(conversationId);
  }

  /** Where the waiting turn of a conversation stands; null when that is not known here. */
  of(conversationId: string): Place | null {
    const waiter = this.#waiters.get(conversationId);
    if (waiter === undefined) return null;
    if (waiter.isSeen) waiter.position = Math.min(waiter.position, this.#positionOf(waiter.at) ?? waiter.position);
    return Number.isFinite(waiter.position) ? this.#placeOf(waiter) : null;
  }

  round({ lines, left, tier, queued, placed = [], isAlone = false }: Round): void {
    this.#tier = tier;
    const position = isAlone ? null : undefined;
    // What a node sees alone is not how the line stands.
    if (!isAlone) this.#noteLines(lines, left);
    for (const { conversationId, class: name, ticket } of queued)
      this.stands(conversationId, { class: name, ticket }, position);
    for (const { conversationId, at, position: found } of placed) this.stands(conversationId, at, found);
  }

  #noteLines(lines: Round["lines"], left: Round["left"]): void {
    for (const name of classes) {
      // It was lost and has begun anew: what left the old one says nothing of the new one.
      if (this.#lines && lines[name].next < this.#lines[name].next) this.#left[name].clear();
    }
    for (const ticket of left) this.#left[ticket.class].add(ticket.ticket);
    for (const name of classes) this.#left[name].prune(lines[name].head);
    for (const name of classes)
      this.#before[name] = new Map(lines[name].before.map((ticket, index) => [ticket, index]));
    this.#lines = lines;
    this.#waits.note(lines, this.#tier);
  }

  /** Null for one that is nowhere in the line. */
  #positionOf({ class: name, ticket }: Ticket): number | null {
    const line = this.#lines?.[name];
    if (line === undefined) return null;
    // First: what a line was given back may have higher tickets than its own.
    const index = this.#before[name].get(ticket);
    if (index !== undefined) return index + 1;
    return ticket < line.head ? null : 1 + ticket - line.head - this.#left[name].countBelow(ticket);
  }

  #lookSoon(): void {
    this.#next ??= this.#options.clock.after(lookMs, () => this.#look());
  }

  #look(): void {
    this.#next = null;
    const now = this.#options.clock.elapsed();
    for (const waiter of this.#waiters.values()) this.#update(waiter, now);
    let isAnyFree = false;
    for (const asked of this.#turns.values()) {
      if (asked.freeSince === null) continue;
      isAnyFree = true;
      if (now - asked.freeSince < missingMs) continue;
      asked.freeSince = now;
      this.#options.vanished(asked.ref);
    }
    if (isAnyFree || this.#waiters.size > 0) this.#lookSoon();
  }

  #update(waiter: Waiter, now: number): void {
    if (!waiter.isSeen) return;
    const position = this.#positionOf(waiter.at);
    if (position === null) return this.#missing(waiter, now);
    waiter.missingSince = null;
    waiter.position = Math.min(waiter.position, position);
    const isOther = waiter.toldTier !== this.#tier || waiter.toldHeld !== this.#isHeld(waiter);
    const isNews = isOther || waiter.position !== waiter.toldPosition;
    if (isNews && now - waiter.toldAt >= paceOf(waiter.position)) this.#tell(waiter);
  }

  #missing(waiter: Waiter, now: number): void {
    waiter.missingSince ??= now;
    if (now - waiter.missingSince < missingMs) return;
    waiter.missingSince = now;
    this.#options.vanished(waiter.ref);
  }

  #tell(waiter: Waiter): void {
    if (!Number.isFinite(waiter.position)) return;
    waiter.toldPosition = waiter.position;
    waiter.toldTier = this.#tier;
    waiter.toldHeld = this.#isHeld(waiter);
    waiter.toldAt = this.#options.clock.elapsed();
    const { conversationId, turnId } = waiter.ref;
    this.#options.tell(conversationId, { turnId, ...this.#placeOf(waiter), tier: this.#tier });
  }

  #placeOf({ at, position }: Waiter): Place {
    return { position, waitMs: this.#isHeld({ at }) ? null : this.#waits.of(at.class, position) };
  }

  #isHeld({ at }: Pick<Waiter, "at">): boolean {
    return this.#options.isHeld?.(at.class) === true;
  }
}
