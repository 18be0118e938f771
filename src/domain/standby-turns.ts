import { afterEnding, afterStarting } from "./known.ts";
import type { Standby } from "./standby.ts";
import type { Ended, Ending, Started, Turn, TurnRef, Turns } from "./turns.ts";

/** {@link Turns} whether the store can be reached or not: see {@link Standby}. */
export class StandbyTurns implements Turns {
  readonly #standby: Standby;
  readonly #newId: () => string;

  constructor(standby: Standby, newId: () => string) {
    this.#standby = standby;
    this.#newId = newId;
  }

  async start(conversationId: string): Promise<Started | null> {
    const start = (turns: Turns) => turns.start(conversationId);
    // Nearly always nothing waits, and nobody thinks so.
    const waiting = this.#standby.known.get(conversationId)?.waiting;
    const started = waiting
      ? await this.#standby.step(waiting, start)
      : await this.#standby.run(conversationId, ({ turns }) => start(turns));
    return started && this.#standby.started(started);
  }

  async raise(ref: TurnRef, epoch: number, offset: number): Promise<Turn | null> {
    const { conversationId } = ref;
    const turn = await this.#standby.step(ref, (turns) => turns.raise(ref, epoch, offset));
    if (turn) this.#standby.known.change(conversationId, afterStarting(turn));
    return turn;
  }

  async end(ref: TurnRef, epoch: number, given: Ending): Promise<Ended | null> {
    const { conversationId } = ref;
    // One id for both ways, as for a question.
    const ending = { messageId: this.#newId(), ...given };
    const turn = await this.#standby.step(ref, (turns) => turns.end(ref, epoch, ending));
    if (turn) this.#standby.known.change(conversationId, afterEnding(turn));
    return turn;
  }

  read(ref: TurnRef): Promise<Turn | null> {
    return this.#standby.turn(ref);
  }
}
