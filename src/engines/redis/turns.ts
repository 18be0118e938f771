import type { Ended, Ending, Started, Turn, TurnRef, Turns } from "../../domain/turns.ts";
import { openJson, type Place } from "./place.ts";
import { parseMessage, parseTurn, replies } from "./replies.ts";

export interface RedisTurnsOptions {
  readonly place: Place;
  readonly newId: () => string;
}

/** {@link Turns} of a cluster. Everything may throw `Outage`. */
export class RedisTurns implements Turns {
  readonly #place: Place;
  readonly #newId: () => string;

  constructor({ place, newId }: RedisTurnsOptions) {
    this.#place = place;
    this.#newId = newId;
  }

  async start(conversationId: string): Promise<Started | null> {
    const { lifeMs, options } = this.#place;
    const [reply, copy] = await this.#place.whole("start", conversationId, options.nodeId(), lifeMs);
    const begun = replies.whole.parse(reply);
    return begun && this.#place.started(begun, copy);
  }

  async raise({ conversationId, turnId }: TurnRef, epoch: number, offset: number): Promise<Turn | null> {
    const { attendance, nodeId } = this.#place.options;
    const args = [turnId, String(epoch), String(offset), nodeId()];
    const raised = replies.raised.parse(await this.#place.step("raise", conversationId, ...args));
    if (raised === null) return null;
    const [turn, watchers] = raised;
    attendance.note(conversationId, watchers);
    return parseTurn(conversationId, turnId, turn);
  }

  async end({ conversationId, turnId }: TurnRef, epoch: number, ending: Ending): Promise<Ended | null> {
    const { outcome, text, error, cards = [], lookUpFailed, messageId = this.#newId() } = ending;
    // The scripts look for members of the message by the first match: those of cards come last.
    const shown = cards.length > 0 ? { cards } : {};
    const answer = openJson({
      messageId,
      author: "assistant",
      text,
      turnId,
      outcome,
      ...(error && { error }),
      ...(lookUpFailed && { lookUpFailed }),
      ...shown,
    });
    const { lifeMs, maxMessages, options } = this.#place;
    const args = [turnId, String(epoch), messageId, answer, lifeMs, maxMessages];
    const ended = replies.ended.parse(await this.#place.step("end", conversationId, ...args));
    if (ended === null) return null;
    const [turn, stored, watchers, last] = ended;
    options.attendance.note(conversationId, watchers);
    return { ...parseTurn(conversationId, turnId, turn, parseMessage(stored)), isLast: last === "last" };
  }

  async read({ conversationId, turnId }: TurnRef): Promise<Turn | null> {
    const read = replies.read.parse(await this.#place.step("turn", conversationId, turnId));
    if (read === null) return null;
    const [turn, answer] = read;
    return parseTurn(conversationId, turnId, turn, answer === "" ? undefined : parseMessage(answer));
  }
}
