import type { Clock, Undo } from "./clock.ts";
import { Outage } from "./outage.ts";
import type { Listener, Step } from "./steps.ts";

export interface AbsencesOptions {
  readonly clock: Clock;
  /** Whoever is away for so long gives the place in line up. */
  readonly awayMs: number;
  /** A question waits in line there, as far as is known here. */
  readonly waits: (conversationId: string) => boolean;
  /** Somebody on this node looks at the conversation. */
  readonly isWatched: (conversationId: string) => boolean;
  /** For how long nobody on any other node has looked at it; null while somebody does. */
  readonly awayElsewhereMs: (conversationId: string) => Promise<number | null>;
  /** False while that cannot be done yet. */
  readonly giveUp: (conversationId: string) => Promise<boolean>;
  readonly onFault: (fault: unknown, where: string) => void;
}

/**
 * Gives up the places of those who have gone (A7): each node looks after the customers that left it last. Should the node
 * die meanwhile, the place is kept and the question answered.
 */
export class Absences implements Listener {
  readonly #options: AbsencesOptions;
  /** Looks that are due, by conversation. */
  readonly #due = new Map<string, Undo>();

  constructor(options: AbsencesOptions) {
    this.#options = options;
  }

  /** Nobody on this node looks at the conversation any more. */
  left(conversationId: string): void {
    if (this.#options.waits(conversationId)) this.#lookAfter(conversationId, this.#options.awayMs);
  }

  /** A page may be gone before its question stands in line. */
  step(step: Step): void {
    if (step.kind !== "turn-queued") return;
    const { conversationId } = step.ref;
    if (!this.#options.isWatched(conversationId)) this.#lookAfter(conversationId, this.#options.awayMs);
  }

  text(): void {}

  close(): void {
    for (const undo of this.#due.values()) undo();
    this.#due.clear();
  }

  #lookAfter(conversationId: string, ms: number): void {
    this.#due.get(conversationId)?.();
    const undo = this.#options.clock.after(ms, () => {
      this.#due.delete(conversationId);
      void this.#look(conversationId);
    });
    this.#due.set(conversationId, undo);
  }

  async #look(conversationId: string): Promise<void> {
    const { isWatched, waits, awayElsewhereMs, awayMs, giveUp, onFault } = this.#options;
    const isBack = () => isWatched(conversationId) || !waits(conversationId);
    if (isBack()) return;
    try {
      const elsewhereMs = await awayElsewhereMs(conversationId);
      if (elsewhereMs === null || isBack()) return;
      if (elsewhereMs < awayMs) this.#lookAfter(conversationId, awayMs - elsewhereMs);
      else if (!(await giveUp(conversationId))) this.#lookAfter(conversationId, awayMs);
    } catch (fault) {
      if (!(fault instanceof Outage)) return onFault(fault, conversationId);
      // Nobody is sent away because the store is.
      this.#lookAfter(conversationId, awayMs);
    }
  }
}
