import type { CustomerClass } from "../contract/shapes.ts";
import type { Admission } from "./admission.ts";
import type { Interruption } from "./answering.ts";
import type { Asking, WorkList } from "./asking.ts";
import { type Clock, sleep } from "./clock.ts";
import { Latest } from "./latest.ts";
import type { Standing } from "./line.ts";
import { Outage } from "./outage.ts";
import type { Listener } from "./steps.ts";
import type { Started, TurnRef, Turns } from "./turns.ts";

/** What became of a running answer: it is written here now, there is none, a question waits instead, or its writer may still be there. */
export type Revival = "adopted" | "nothing" | "waiting" | "later";

export interface StartingOptions {
  readonly turns: Turns;
  readonly admission: Admission;
  readonly listener: Listener;
  readonly clock: Clock;
  readonly work?: WorkList;
  /** Takes up the running answer of a conversation that nobody writes any more. */
  readonly revive?: (conversationId: string, isFree: boolean) => Promise<Revival>;
  /** What waits in that conversation was put into the line, and stands there. */
  readonly stands?: (conversationId: string, standing: Standing) => void;
  readonly onFault: (fault: unknown, conversationId: string) => void;
}

/** What starts are told of the node that makes them. */
export interface Starter {
  readonly asking: Pick<Asking, "settled" | "isBeginning">;
  /** Writes the answer of a turn that has started, unless it does already. */
  readonly go: (started: Started) => void;
  /** This node writes an answer there. */
  readonly writesIn: (conversationId: string) => boolean;
  /** Nothing is answered there by this node, unless something is. */
  readonly rest: (conversationId: string) => Promise<void>;
  /** Why it writes nothing any more; null while it does. */
  readonly closed: () => Interruption | null;
  /** Aborted when nothing is to be waited for any more. */
  readonly leaving: AbortSignal;
}

/**
 * Sees to it that what was asked begins when its turn in line has come: one start after the other in each conversation.
 *
 * - **A4** Where an answer is being written, the next begins after it.
 * - **S5** Whoever has asked is owed an answer: an outage of the store is waited for, and what cannot be found is looked for again.
 */
export class Starting {
  readonly #options: StartingOptions;
  readonly #starter: Starter;
  /** Starts under way, by conversation. */
  readonly #starts = new Map<string, Promise<void>>();
  /** Conversations in which more was to be begun while an answer was being written. */
  readonly #owed = new Set<string>();
  /** How often there was nothing to begin yet in a conversation that was let begin, and when it was looked for last. */
  readonly #early = new Latest<string, { readonly looks: number; readonly at: number }>(mostEarly);

  constructor(options: StartingOptions, starter: Starter) {
    this.#options = options;
    this.#starter = starter;
  }

  /** The conversations in which something is about to begin. */
  get conversations(): ReadonlyMap<string, unknown> {
    return this.#starts;
  }

  /** Resolves when what is about to begin there has begun, or has not. */
  async settled(conversationId: string): Promise<void> {
    await this.#starts.get(conversationId);
  }

  async allSettled(): Promise<void> {
    await Promise.all(this.#starts.values());
  }

  /** True once for a conversation in which more is to be begun after the answer that was being written there. */
  takeOwed(conversationId: string): boolean {
    return this.#owed.delete(conversationId);
  }

  /** See `Assistant.serve`. */
  serve(conversationId: string, as?: CustomerClass, asks?: readonly string[], turnId?: string): void {
    this.#inTurn(conversationId, async () => {
      const { admission, stands, clock } = this.#options;
      const wish = { conversationId, class: as ?? admission.classOf(conversationId), owed: true };
      let admitted = await this.#surely(() => admission.enter({ ...wish, ...(asks && { asks }) }));
      if (admitted?.kind === "held" && turnId !== undefined) {
        // The node that has ended what was cut has not told the line yet.
        await sleep(clock, earlyMs, this.#starter.leaving);
        admitted = await this.#surely(() => admission.enter({ ...wish, asks: [] }));
      }
      if (admitted?.kind === "granted") await this.#startSurely(conversationId);
      if (admitted?.kind !== "waiting") return;
      if (turnId === undefined) stands?.(conversationId, admitted);
      else await this.#tellPlace({ conversationId, turnId }, admitted);
    });
  }

  /** The line lets an answer begin in that conversation. */
  begin(conversationId: string): void {
    this.#inTurn(conversationId, () => this.#startSurely(conversationId));
  }

  /** A question of this node was let begin at once: its turn is `started`, or there was nothing to begin. */
  beginAsked(conversationId: string, started?: Started): void {
    if (!started) {
      // There is nobody to wait for.
      this.#early.set(conversationId, { looks: mostLooks, at: this.#options.clock.elapsed() });
      return this.begin(conversationId);
    }
    // At once: another start of that conversation may be waiting for its question, and must find the answer under way.
    try {
      this.#go(started);
    } catch (fault) {
      this.#inTurn(conversationId, () => this.#broke(fault, conversationId));
    }
  }

  #inTurn(conversationId: string, what: () => Promise<unknown>): void {
    const starting = (this.#starts.get(conversationId) ?? Promise.resolve())
      .then(async () => void (await what()))
      .catch((fault: unknown) => this.#options.onFault(fault, conversationId))
      .finally(() => {
        if (this.#starts.get(conversationId) === starting) this.#starts.delete(conversationId);
      });
    this.#starts.set(conversationId, starting);
  }

  async #startSurely(conversationId: string): Promise<void> {
    // The turn may have come before the question was stored: without waiting, its place would be lost.
    await this.#starter.asking.settled(conversationId);
    try {
      await this.#surely(() => this.#start(conversationId));
    } catch (fault) {
      await this.#broke(fault, conversationId);
    }
  }

  /** It is tried once more, much later. */
  async #broke(fault: unknown, conversationId: string): Promise<void> {
    this.#options.onFault(fault, conversationId);
    await this.#surely(() => this.#later(conversationId, brokenMs));
  }

  /** What the line has forgotten stands in it anew: it may have been lost, or was this node's own and is no more. */
  async #later(conversationId: string, waitMs: number): Promise<void> {
    if (!(await this.#options.admission.defer(conversationId, waitMs))) this.serve(conversationId, undefined, []);
  }

  /** Unless the turn has ended while its place was asked for: nobody would take that back. */
  async #tellPlace(ref: TurnRef, place: Standing): Promise<void> {
    const turn = await this.#surely(() => this.#options.turns.read(ref));
    if (turn?.state === "queued") this.#options.listener.step({ kind: "turn-queued", ref, place });
  }

  async #start(conversationId: string): Promise<void> {
    const { work, turns, admission } = this.#options;
    const { asking, rest, writesIn } = this.#starter;
    // Also where a line or a store that was lost knows nothing of it (A4).
    if (writesIn(conversationId)) return void this.#owed.add(conversationId);
    // Listed first: the two commands leave in this order.
    const listed = work?.take(conversationId);
    const started = await turns.start(conversationId);
    await listed;
    if (started) return this.#go(started);
    // The question begins what there is, and tells the line.
    if (asking.isBeginning(conversationId)) return;
    const looks = this.#looksFor(conversationId);
    this.#early.delete(conversationId);
    const revival = (await this.#options.revive?.(conversationId, admission.isFree(conversationId))) ?? "nothing";
    if (revival === "adopted" || asking.isBeginning(conversationId)) return;
    if (revival === "waiting") {
      // Another node has stored it, or ended what ran before it, since it was looked for: it is not let wait for that.
      const late = await turns.start(conversationId);
      if (late) return this.#go(late);
    }
    await rest(conversationId);
    if (revival === "later" || revival === "waiting") await this.#later(conversationId, deferMs);
    else await this.#lookAgain(conversationId, looks);
  }

  /** Asked at another node, which may not have stored it yet: in a rush it may be late by a second or two. */
  async #lookAgain(conversationId: string, looks: number): Promise<void> {
    const { admission, clock } = this.#options;
    if (looks >= mostLooks) return admission.ended(conversationId);
    await this.#later(conversationId, earlyMs * 2 ** looks);
    this.#early.set(conversationId, { looks: looks + 1, at: clock.elapsed() });
  }

  /** What was withdrawn while it was looked for does not count for what is asked later. */
  #looksFor(conversationId: string): number {
    const { looks = 0, at = 0 } = this.#early.get(conversationId) ?? {};
    return this.#options.clock.elapsed() - at < looksAgainMs ? looks : 0;
  }

  #go(started: Started): void {
    this.#early.delete(started.turn.conversationId);
    this.#starter.go(started);
  }

  /** Tries again for as long as the store is away: whoever has asked is owed an answer. Null when this node leaves. */
  async #surely<T>(what: () => Promise<T>): Promise<T | null> {
    const { closed, leaving } = this.#starter;
    while (closed() !== "lost") {
      try {
        return await what();
      } catch (fault) {
        if (!(fault instanceof Outage)) throw fault;
      }
      await sleep(this.#options.clock, againMs, leaving);
      if (closed() !== null) return null;
    }
    return null;
  }
}

/** Until a store that is away is tried once more. */
const againMs = 500;
/** Until another node's answer is looked at once more that may be nobody's. */
const deferMs = 2_000;
/** Until a question is looked for again that may be on its way into the store; twice as long each further time. */
const earlyMs = 300;
/** Then the place of a question is given up that was never stored. */
const mostLooks = 3;
const looksAgainMs = 5_000;
const mostEarly = 10_000;
/** Until a conversation that cannot be read is tried once more. */
const brokenMs = 60_000;
